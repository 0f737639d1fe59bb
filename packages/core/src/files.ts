import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** Writes a file whole or not at all: beside it first, synced, then renamed over it. `mode` is that of the new file. */
export async function writeFileAtomically(path: string, data: string | Uint8Array, mode = 0o644): Promise<void> {
	await mkdir(dirname(path), { recursive: true });
	const beside = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}`);
	try {
		const file = await open(beside, 'wx', mode);
		try {
			await file.writeFile(data);
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
