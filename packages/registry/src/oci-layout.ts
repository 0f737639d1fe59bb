import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, open, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { type Digest, isDigest, messageOf, PipelineError } from '@ecr-pipeline/core';
import { type Extract, extract } from 'tar-stream';
import { type Descriptor, type Manifest, manifestFromBytes } from './manifest.ts';
import type { ImageSource } from './repository.ts';

export interface OciLayout extends ImageSource {
	/** The one image that the layout holds. */
	readonly root: Manifest;
}

/**
 * Opens an OCI image layout (image-spec, image-layout.md): a directory, or a tar or gzipped tar of one, which is unpacked
 * below `temporaryDirectory` first.
 */
export async function openOciLayout(path: string, temporaryDirectory: string): Promise<OciLayout> {
	const directory = await directoryOf(path, temporaryDirectory);
	const index = await readIndex(directory, path);
	const [first, ...others] = index;
	if (first === undefined || others.length > 0) {
		throw unusable(
			path,
			`its index.json lists ${index.length} images, and which one is meant cannot be known; give a layout with one`,
		);
	}
	const source = layoutSource(directory, path);
	const root = (await source.manifests([first.digest])).get(first.digest);
	if (root === undefined) throw unusable(path, `its index.json names ${first.digest}, which is not among its blobs`);
	return { ...source, root };
}

function layoutSource(directory: string, name: string): ImageSource {
	const blobPath = (digest: Digest): string => join(directory, 'blobs', 'sha256', digest.slice('sha256:'.length));
	return {
		name,
		async manifests(references) {
			const found = new Map<string, Manifest>();
			for (const reference of references.filter(isDigest)) {
				const bytes = await readFile(blobPath(reference)).catch(absent);
				if (bytes !== undefined) found.set(reference, manifestFromBytes(bytes, undefined, reference));
			}
			return found;
		},
		async locateBlob({ digest }) {
			await stat(blobPath(digest)).catch(() => {
				throw unusable(name, `its blob ${digest} is missing`);
			});
			return async () => createReadStream(blobPath(digest));
		},
	};
}

async function readIndex(directory: string, path: string): Promise<readonly Descriptor[]> {
	const marker = await readFile(join(directory, 'oci-layout'), 'utf8').catch(absent);
	const text = await readFile(join(directory, 'index.json'), 'utf8').catch(absent);
	if (marker === undefined || text === undefined)
		throw unusable(path, 'it has no oci-layout and index.json file; is it an OCI image layout?');
	try {
		return (JSON.parse(text) as { manifests: Descriptor[] }).manifests.filter((entry) => isDigest(entry.digest));
	} catch {
		throw unusable(path, 'its index.json is not a list of manifests');
	}
}

async function directoryOf(path: string, temporaryDirectory: string): Promise<string> {
	const found = await stat(path).catch(absent);
	if (found === undefined) throw unusable(path, 'there is no such file or directory');
	if (found.isDirectory()) return path;
	const directory = await mkdtemp(join(temporaryDirectory, 'oci-layout-'));
	await unpack(path, directory).catch((cause: unknown) => {
		throw unusable(path, `it could not be unpacked: ${messageOf(cause)}`, cause);
	});
	return directory;
}

// Only what a layout is made of is written, so a hostile tar cannot reach outside the directory.
const MEMBER = /^(?:\.\/)?(oci-layout|index\.json|blobs\/sha256\/[0-9a-f]{64})$/;

async function unpack(path: string, directory: string): Promise<void> {
	const entries = extract();
	const feeding = (await isGzip(path))
		? pipeline(createReadStream(path), createGunzip(), entries)
		: pipeline(createReadStream(path), entries);
	// Both at once: an entry that is cut short does not end by itself.
	await Promise.all([feeding, writeMembers(entries, directory)]);
}

async function writeMembers(entries: Extract, directory: string): Promise<void> {
	for await (const entry of entries) {
		const member = entry.header.type === 'file' ? MEMBER.exec(entry.header.name)?.[1] : undefined;
		if (member === undefined) {
			entry.resume();
			continue;
		}
		const target = join(directory, member);
		await mkdir(dirname(target), { recursive: true });
		await pipeline(entry, createWriteStream(target));
	}
}

async function isGzip(path: string): Promise<boolean> {
	const file = await open(path);
	try {
		const { buffer } = await file.read(Buffer.alloc(2), 0, 2, 0);
		return buffer[0] === 0x1f && buffer[1] === 0x8b;
	} finally {
		await file.close();
	}
}

function absent(error: NodeJS.ErrnoException): undefined {
	if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
	throw error;
}

function unusable(path: string, why: string, cause?: unknown): PipelineError {
	return new PipelineError({
		code: 'invalid-input',
		attempted: `Could not use the OCI layout ${path}`,
		answer: why,
		...(cause === undefined ? {} : { cause }),
	});
}
