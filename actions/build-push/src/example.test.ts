import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';

const EXAMPLE = fileURLToPath(new URL('../../../examples/hello', import.meta.url));

describe('the example image', () => {
	it('is the one that its script makes', async () => {
		const directory = await mkdtemp(join(tmpdir(), 'hello-'));
		const made = spawnSync(process.execPath, [join(EXAMPLE, 'make-layout.mjs'), directory], { encoding: 'utf8' });
		expect(made.stderr).toBe('');
		const committed = join(EXAMPLE, 'layout');
		expect(await contents(directory)).toEqual(await contents(committed));
		await rm(directory, { recursive: true });
	});

	it('holds the programs that the Dockerfile copies', async () => {
		for (const architecture of ['amd64', 'arm64']) {
			const program = await readFile(join(EXAMPLE, `hello-${architecture}`));
			const layers = (await contents(join(EXAMPLE, 'layout'))).filter(([, bytes]) =>
				bytes.includes(program.toString('latin1')),
			);
			expect(layers).toHaveLength(1);
		}
	});
});

async function contents(directory: string): Promise<[string, string][]> {
	const entries = await readdir(directory, { recursive: true, withFileTypes: true });
	const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
	return Promise.all(
		paths
			.sort()
			.map(async (path) => [path.slice(directory.length), await readFile(path, 'latin1')] as [string, string]),
	);
}
