import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
	BUILD,
	type Job,
	LAYOUT,
	logIn,
	PRODUCTION,
	REGION,
	ROOT,
	type StepResult,
	startWorld,
	type TestWorld,
} from './world.ts';

const POLICY = join(ROOT, 'examples/hello/image-policy.yml');
const FINDINGS = readFileSync(join(ROOT, 'examples/hello/findings-clean.yml'), 'utf8');
const VULNERABLE = readFileSync(join(ROOT, 'examples/hello/findings-vulnerable.yml'), 'utf8');

let world: TestWorld;
let production: string;

beforeAll(async () => {
	world = await startWorld({
		registries: [
			{
				account: BUILD.account,
				region: REGION,
				scanning: { type: 'ENHANCED', rules: [{ frequency: 'SCAN_ON_PUSH' }] },
			},
			{
				account: PRODUCTION.account,
				region: REGION,
				repositories: ['app', 'whole', 'stopped', 'vulnerable'].map((name) => ({ name, mutability: 'IMMUTABLE' })),
			},
		],
	});
	await world.ecr.seed(FINDINGS);
	production = (await world.ecr.registry(PRODUCTION.account, REGION)).host;
});
afterAll(() => world.close());

async function done(running: Promise<StepResult>): Promise<StepResult> {
	const result = await running;
	if (result.exitCode !== 0) throw new Error(result.errors.join('\n'));
	return result;
}

function taskDefinition(job: Job): string {
	const path = join(job.directory, 'task-definition.json');
	copyFileSync(join(ROOT, 'examples/hello/task-definition.json'), path);
	return path;
}

describe('the six actions, one after another', () => {
	it('bring one digest from the build account to the task definition of production', async () => {
		const job = world.job();
		const file = taskDefinition(job);
		const before = readFileSync(file, 'utf8');
		await logIn(job, BUILD);
		const built = await done(
			job.run('build-push', { repository: 'app', tags: 'v1', 'oci-layout': LAYOUT, 'create-repository': 'true' }),
		);
		const { image = '', digest = '' } = built.outputs;
		const scanned = await done(job.run('wait-for-scan', { image }));
		const judged = await done(job.run('gate-on-findings', { 'policy-file': POLICY }));
		await logIn(job, PRODUCTION);
		const promoted = await done(
			job.run('promote-by-digest', {
				image,
				to: `${production}/app`,
				tags: 'v1',
				'verdict-file': judged.outputs['verdict-file'] ?? '',
				'require-verdict': 'true',
			}),
		);
		const pinned = await done(
			job.run('pin-digest-in-taskdef', { 'task-definition': file, images: `hello=${promoted.outputs.image}` }),
		);

		expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/);
		expect(image.endsWith(`/app@${digest}`)).toBe(true);
		expect(Object.keys(JSON.parse(built.outputs.platforms ?? '')).sort()).toEqual(['linux/amd64', 'linux/arm64']);
		expect(JSON.parse(scanned.outputs.counts ?? '')).toMatchObject({ high: 1, medium: 1, low: 1 });
		expect(judged.outputs).toMatchObject({ verdict: 'passed', blocking: '0', ignored: '1' });
		expect(promoted.outputs.image).toBe(`${production}/app@${digest}`);
		expect(pinned.outputs.changed).toBe('true');
		expect(readFileSync(file, 'utf8')).toBe(before.replace('hello:latest', `${production}/app@${digest}`));
	});

	it('change nothing when they run again', async () => {
		const job = world.job();
		const file = taskDefinition(job);
		const way = async () => {
			const fresh = world.job();
			await logIn(fresh, BUILD);
			const built = await done(
				fresh.run('build-push', { repository: 'again', tags: 'v1', 'oci-layout': LAYOUT, 'create-repository': 'true' }),
			);
			await logIn(fresh, PRODUCTION);
			const promoted = await done(
				fresh.run('promote-by-digest', { image: built.outputs.image ?? '', to: `${production}/app`, tags: 'v1' }),
			);
			const pinned = await done(
				fresh.run('pin-digest-in-taskdef', { 'task-definition': file, images: `hello=${promoted.outputs.image}` }),
			);
			return { built, promoted, pinned };
		};
		await way();
		const { built, promoted, pinned } = await way();
		expect(JSON.parse(built.outputs.tags ?? '')).toEqual({ v1: 'unchanged' });
		expect(promoted.outputs.changed).toBe('false');
		expect(pinned.outputs.changed).toBe('false');
	});
});

describe('an image with findings that block', () => {
	it('fails the gate, whose verdict then holds it back from production', async () => {
		await world.ecr.seed(VULNERABLE);
		const job = world.job();
		await logIn(job, BUILD);
		const built = await done(
			job.run('build-push', {
				repository: 'vulnerable',
				tags: 'v1',
				'oci-layout': LAYOUT,
				'create-repository': 'true',
			}),
		);
		const image = built.outputs.image ?? '';
		await done(job.run('wait-for-scan', { image }));
		const judged = await job.run('gate-on-findings', { 'policy-file': POLICY });
		expect(judged.exitCode).toBe(1);
		expect(judged.outputs.verdict).toBe('failed');
		expect(judged.errors[0]).toContain('CVE-2025-20001');
		await logIn(job, PRODUCTION);
		const counts = await world.counting(async () => {
			const promoted = await job.run('promote-by-digest', {
				image,
				to: `${production}/vulnerable`,
				tags: 'v1',
				'verdict-file': judged.outputs['verdict-file'] ?? '',
			});
			expect(promoted.errors).toEqual([expect.stringContaining('it says FAILED')]);
		});
		expect(Object.keys(counts).filter((operation) => /Put|Upload/.test(operation))).toEqual([]);
		await world.ecr.seed(FINDINGS);
	});
});

describe('the root action', () => {
	const inputs = (repository: string) => ({
		'role-to-assume': BUILD.role,
		'aws-region': REGION,
		repository,
		'create-repository': 'true',
		tags: 'v1',
		'oci-layout': LAYOUT,
		'policy-file': POLICY,
		'promote-role-to-assume': PRODUCTION.role,
		'promote-to': `${production}/${repository}`,
		'promote-tags': 'v1',
		container: 'hello',
	});

	it('goes the whole way in one process, and cleans up both logins', async () => {
		const job = world.job();
		const file = taskDefinition(job);
		const { outputs, summary } = await done(
			job.run('pipeline', { ...inputs('whole'), 'task-definition': file, register: 'true' }),
		);
		expect(outputs).toMatchObject({
			image: `${production}/whole@${outputs.digest}`,
			verdict: 'passed',
			'scan-status': 'complete',
			'promote-changed': 'true',
		});
		expect(readFileSync(file, 'utf8')).toContain(`${production}/whole@${outputs.digest}`);
		expect(summary).toContain('```mermaid');
		const [post] = await job.finish();
		expect(post?.exitCode).toBe(0);
		expect(post?.lines.filter((line) => line.startsWith('Logged out'))).toHaveLength(2);
	});

	it('stops at a failed gate, with what it found out before, and nothing in production', async () => {
		await world.ecr.seed(VULNERABLE);
		const job = world.job();
		const result = await job.run('pipeline', inputs('stopped'));
		await world.ecr.seed(FINDINGS);
		expect(result.exitCode).toBe(1);
		expect(result.errors).toHaveLength(1);
		expect(result.outputs).toMatchObject({ verdict: 'failed', 'build-digest': expect.stringMatching(/^sha256:/) });
		expect(result.outputs).not.toHaveProperty('promote-image');
		const [post] = await job.finish();
		expect(post?.exitCode).toBe(0);
	});
});
