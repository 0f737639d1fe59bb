import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { randomSecret } from '../ids.ts';

/** Where layers are kept, and the secret that signs tokens and links. */
export interface Home {
	readonly directory: string;
	readonly secret: string;
	/** Removes what was made for this process only. */
	readonly leave: () => Promise<void>;
}

/**
 * @param persist a directory to keep; without one, everything goes when the process does
 * @param temporary where what goes with the process is until then
 */
export async function openHome(persist: string | undefined, temporary: string): Promise<Home> {
	if (persist === undefined) {
		const directory = await mkdtemp(join(temporary, 'local-ecr-'));
		const leave = () => rm(directory, { recursive: true, force: true });
		return { directory, secret: randomSecret(32), leave };
	}
	await mkdir(persist, { recursive: true });
	return { directory: persist, secret: await keptSecret(join(persist, 'secret')), leave: async () => undefined };
}

async function keptSecret(path: string): Promise<string> {
	try {
		await writeFile(path, randomSecret(32), { mode: 0o600, flag: 'wx' });
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
	}
	return readFile(path, 'utf8');
}
