import { type FileHandle, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createUpload, type Upload } from './upload.ts';

/** Bytes by digest, in files. One copy, however many repositories hold it; which ones do is the repositories' matter. */
export interface Blobs {
	readonly startUpload: (repository: string) => Promise<Upload>;
	/**
	 * Moves a finished upload into place under the digest that was computed while it was written.
	 * @returns its size in bytes
	 */
	readonly keep: (upload: Upload, digest: string) => Promise<number>;
	readonly size: (digest: string) => Promise<number>;
	readonly read: (digest: string) => Promise<Buffer>;
	/** For reading; whoever opens it closes it. */
	readonly open: (digest: string) => Promise<FileHandle>;
	readonly remove: (digest: string) => Promise<void>;
}

export async function createBlobs(directory: string): Promise<Blobs> {
	const uploads = join(directory, 'uploads');
	const blobs = join(directory, 'blobs');
	await Promise.all([mkdir(uploads, { recursive: true }), mkdir(blobs, { recursive: true })]);
	// What an earlier process left half-written has no session to continue it.
	await Promise.all((await readdir(uploads)).map((name) => rm(join(uploads, name), { force: true })));
	const path = (digest: string) => join(blobs, digest.replace(':', '-'));

	return {
		startUpload: (repository) => createUpload(uploads, repository),
		keep: async (upload, digest) => {
			await rename(upload.path, path(digest));
			return upload.size();
		},
		size: async (digest) => (await stat(path(digest))).size,
		read: (digest) => readFile(path(digest)),
		open: (digest) => open(path(digest)),
		remove: (digest) => rm(path(digest), { force: true }),
	};
}
