import { randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
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
