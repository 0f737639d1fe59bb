import { createHash } from 'node:crypto';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { newId } from '../ids.ts';

/** A blob on its way in: written to a file and hashed in one go, never held in memory. */
export interface Upload {
	readonly id: string;
	readonly repository: string;
	readonly path: string;
	readonly size: () => number;
	/** How many bodies have been appended. */
	readonly chunks: () => number;
	/** Appends a body to its end. @returns the size so far */
	readonly append: (body: Readable) => Promise<number>;
	/** Closes the file. @returns the digest of all that was appended */
	readonly finish: () => Promise<string>;
	readonly discard: () => Promise<void>;
}

const BUFFER_BYTES = 262_144;

export async function createUpload(directory: string, repository: string): Promise<Upload> {
	const id = newId();
	const path = join(directory, id);
	const file = await open(path, 'w');
	const hash = createHash('sha256');
	let size = 0;
	let chunks = 0;
	let closed = false;

	const close = async () => {
		if (closed) return;
		closed = true;
		await file.close();
	};
	return {
		id,
		repository,
		path,
		size: () => size,
		chunks: () => chunks,
		append: async (body) => {
			chunks += 1;
			const sink = createSink(file, (chunk) => {
				hash.update(chunk);
				size += chunk.length;
			});
			await pipeline(body, sink);
			return size;
		},
		finish: async () => {
			await close();
			return `sha256:${hash.digest('hex')}`;
		},
		discard: async () => {
			await close();
			await rm(path, { force: true });
		},
	};
}

/** @throws when the disk takes less than all: the digest would not be that of the file */
async function writeAll(file: FileHandle, chunks: readonly Buffer[]): Promise<void> {
	const bytes = chunks.reduce((total, { length }) => total + length, 0);
	const { bytesWritten } = await file.writev(chunks);
	if (bytesWritten !== bytes) throw new Error(`only ${bytesWritten} of ${bytes} bytes could be written`);
}

function createSink(file: FileHandle, seen: (chunk: Buffer) => void): Writable {
	const write = (chunks: Buffer[], done: (error?: Error | null) => void) => {
		chunks.forEach(seen);
		writeAll(file, chunks).then(() => done(), done);
	};
	return new Writable({
		highWaterMark: BUFFER_BYTES,
		write: (chunk: Buffer, _encoding, done) => write([chunk], done),
		writev: (chunks, done) =>
			write(
				chunks.map(({ chunk }) => chunk as Buffer),
				done,
			),
	});
}
