import { randomBytes } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/**
 * Writes a file whole or not at all: beside it first, synced, then renamed over it. `mode` is that of the new file; what is
 * too long to be held comes in pieces.
 */
export async function writeFileAtomically(
	path: string,
	data: string | Uint8Array | Iterable<string>,
	mode = 0o644,
): Promise<void> {
	await mkdir(dirname(path), { recursive: true });
	const beside = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}`);
	try {
		const file = await open(beside, 'wx', mode);
		try {
			if (typeof data === 'string' || data instanceof Uint8Array) await file.writeFile(data);
			else await writePieces(file, data);
			await file.sync();
		} finally {
			await file.close();
		}
		await rename(beside, path);
	} catch (error) {
		await rm(beside, { force: true });
		throw error;
	}
}

const BUFFER = 256 * 1024;

// One buffer for all of it: a new one for each piece would be held until the garbage collector comes by.
async function writePieces(file: FileHandle, pieces: Iterable<string>): Promise<void> {
	let buffer = Buffer.allocUnsafe(BUFFER);
	let length = 0;
	for (const piece of pieces) {
		const most = piece.length * 3;
		if (length + most > buffer.length) {
			await file.writeFile(buffer.subarray(0, length));
			length = 0;
		}
		if (most > buffer.length) buffer = Buffer.allocUnsafe(most);
		length += buffer.write(piece, length);
	}
	await file.writeFile(buffer.subarray(0, length));
}

/**
 * Removes what a process that was killed in the middle of `writeFileAtomically` has left beside a file. Nobody may be
 * writing the file meanwhile.
 */
export async function removeUnfinished(path: string): Promise<void> {
	const directory = dirname(path);
	const names = await readdir(directory).catch(() => []);
	const prefix = `.${basename(path)}.`;
	const left = names.filter((name) => name.startsWith(prefix) && /^[0-9a-f]{12}$/.test(name.slice(prefix.length)));
	await Promise.all(left.map((name) => rm(join(directory, name), { force: true })));
}
