import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startWorld, type TestWorld } from './world.ts';

const DIGEST = `sha256:${'0'.repeat(64)}`;

let world: TestWorld;
beforeAll(async () => {
	world = await startWorld();
});
afterAll(() => world.close());

const CASES: readonly (readonly [
	action: string,
	inputs: Readonly<Record<string, string>>,
	names: readonly string[],
])[] = [
	['ecr-login-oidc', {}, ['aws-region']],
	[
		'ecr-login-oidc',
		{ 'aws-region': 'Frankfurt', 'role-to-assume': 'role:build', 'docker-auth': 'yes' },
		['aws-region', 'role-to-assume', 'docker-auth'],
	],
	['build-push', {}, ['repository']],
	['build-push', { repository: 'App', 'if-tag-exists': 'maybe' }, ['repository', 'if-tag-exists']],
	['wait-for-scan', {}, ['image']],
	[
		'wait-for-scan',
		{ image: 'app@sha256:12', 'timeout-seconds': 'long', 'scan-type': 'deep' },
		['image', 'timeout-seconds', 'scan-type'],
	],
	['gate-on-findings', { mode: 'strict', 'max-high': '-1' }, ['mode', 'max-high']],
	['gate-on-findings', { 'policy-file': 'no/such/file.yml' }, ['policy-file']],
	['promote-by-digest', {}, ['image', 'to']],
	[
		'promote-by-digest',
		{ image: 'app:v1', to: 'app:v2', tags: 'a b', 'max-verdict-age': '1y' },
		['image', 'to', 'tags', 'max-verdict-age'],
	],
	['pin-digest-in-taskdef', {}, ['task-definition', 'images']],
	['pin-digest-in-taskdef', { 'task-definition': 'x.json', images: 'app=app:v1' }, ['images']],
	['pipeline', {}, ['repository']],
	[
		'pipeline',
		{ image: `app@${DIGEST}`, 'scan-timeout-seconds': 'x', 'promote-to': 'a:b', 'gate-mode': 'y' },
		['scan-timeout-seconds', 'promote-to', 'gate-mode'],
	],
];

describe('bad input', () => {
	it.each(CASES)(
		'ends %s with one message that names every input, and asks nobody anything: %j',
		async (action, inputs, names) => {
			let result: Awaited<ReturnType<ReturnType<TestWorld['job']>['run']>> | undefined;
			const counts = await world.counting(async () => {
				result = await world.job().run(action, inputs);
			});
			expect(result?.exitCode).toBe(1);
			expect(result?.errors).toHaveLength(1);
			for (const name of names) expect(result?.errors[0]).toContain(`Input "${name}"`);
			expect(result?.errors[0]).not.toMatch(/\n\s+at /);
			expect(result?.outputs).toEqual({});
			expect(counts).toEqual({});
		},
	);
});
