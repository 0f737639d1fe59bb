import { mkdtemp, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { removeUnfinished, writeFileAtomically } from './files.ts';

describe('writeFileAtomically', () => {
	it('replaces the file, sets its mode, and leaves nothing beside it', async () => {
		const directory = await mkdtemp(join(tmpdir(), 'files-'));
		const path = join(directory, 'deep', 'secret.json');
		await writeFileAtomically(path, 'one', 0o600);
		await writeFileAtomically(path, 'two', 0o600);
		expect(await readFile(path, 'utf8')).toBe('two');
		expect(await readdir(join(directory, 'deep'))).toEqual(['secret.json']);
		if (process.platform !== 'win32') expect((await stat(path)).mode & 0o777).toBe(0o600);
	});

	it('keeps the old file when the new one cannot be written', async () => {
		const directory = await mkdtemp(join(tmpdir(), 'files-'));
		const path = join(directory, 'kept');
		await writeFileAtomically(path, 'old');
		await expect(writeFileAtomically(path, { not: 'bytes' } as never)).rejects.toThrow();
		expect(await readFile(path, 'utf8')).toBe('old');
		expect(await readdir(directory)).toEqual(['kept']);
	});
});

describe('removeUnfinished', () => {
	it('removes what a killed writer has left, and nothing else', async () => {
		const directory = await mkdtemp(join(tmpdir(), 'files-'));
		const others = ['.kept', '.other.json.0123456789ab', '.secret.json.swp', 'secret.json'];
		for (const name of [...others, '.secret.json.0123456789ab']) await writeFile(join(directory, name), '');
		await removeUnfinished(join(directory, 'secret.json'));
		expect((await readdir(directory)).sort()).toEqual(others);
		await removeUnfinished(join(directory, 'nowhere', 'secret.json'));
	});
});
