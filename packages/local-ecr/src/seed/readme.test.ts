import { readFile } from 'node:fs/promises';
import { expect, it } from '@jest/globals';
import { startLocalEcr } from '../server/start.ts';

it('the seed in the README can be used as it is, twice', async () => {
	const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
	const seed = /```yaml\n(.*?)```/s.exec(readme)?.[1] ?? '';
	expect(seed).toContain('repositories:');
	const server = await startLocalEcr({ seeds: [seed] });
	await server.seed(seed);
	await server.close();
});

it('a policy that would not mean what it looks like is named, and nothing is seeded', async () => {
	const server = await startLocalEcr();
	const policy = { Statement: [{ Effect: 'deny', Principal: '*', Action: '*' }] };
	const lifecyclePolicy = { rules: [] };
	const seed = JSON.stringify({ repositories: [{ name: 'app', policy, lifecyclePolicy }] });
	await expect(server.seed(seed)).rejects.toThrow(
		/repositories\[0\]\.policy: Statement\[0\]: Effect.*lifecyclePolicy: .*1 to 50/,
	);
	await server.close();
});
