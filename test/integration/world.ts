import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LocalEcr, startLocalEcr } from '@ecr-pipeline/local-ecr';
// @ts-expect-error plain JavaScript, so that the demo can run it without an install
import { createJob } from '../../scripts/runner.mjs';

export const ROOT = join(import.meta.dirname, '..', '..');
export const DIST = join(ROOT, 'dist');
export const LAYOUT = join(ROOT, 'examples', 'hello', 'layout');
export const REGION = 'eu-central-1';
export const BUILD = { account: '111111111111', role: 'arn:aws:iam::111111111111:role/build' };
export const PRODUCTION = { account: '222222222222', role: 'arn:aws:iam::222222222222:role/production' };

export interface StepResult {
	readonly exitCode: number;
	readonly lines: readonly string[];
	readonly outputs: Readonly<Record<string, string>>;
	readonly summary: string;
	readonly errors: readonly string[];
	readonly state: Readonly<Record<string, string>>;
}

export interface Job {
	readonly temporary: string;
	readonly variables: Readonly<Record<string, string>>;
	readonly directory: string;
	run(action: string, inputs: Readonly<Record<string, string>>): Promise<StepResult>;
	finish(): Promise<readonly StepResult[]>;
}

export interface TestWorld {
	readonly ecr: LocalEcr;
	/** A job of its own: its own temporary directory, Docker configuration and environment. */
	job(env?: Readonly<Record<string, string>>): Job;
	/** How often each operation was called while the work ran. */
	counting(work: () => Promise<unknown>): Promise<Readonly<Record<string, number>>>;
	close(): Promise<void>;
}

const POSTS: Readonly<Record<string, string>> = { 'ecr-login-oidc': 'post.js', pipeline: 'post.js' };

/** A local ECR with a build and a production account, and jobs that run the committed bundles against it. */
export async function startWorld(
	seed: object = {},
	options: { readonly enforceIam?: boolean; readonly latencyMs?: number } = {},
): Promise<TestWorld> {
	const ecr = await startLocalEcr({
		...options,
		account: BUILD.account,
		region: REGION,
		seeds: [
			JSON.stringify({
				roles: [BUILD, PRODUCTION].map(({ role }) => ({
					arn: role,
					trust: { audience: 'sts.amazonaws.com', subjects: ['repo:octo-org/hello:ref:refs/heads/main'] },
				})),
				github: { claims: { repository: 'octo-org/hello', ref: 'refs/heads/main' } },
				scans: { seconds: 0 },
				...seed,
			}),
		],
	});
	const { AWS_ENDPOINT_URL, ACTIONS_ID_TOKEN_REQUEST_URL, ACTIONS_ID_TOKEN_REQUEST_TOKEN } = ecr.environment();
	return {
		ecr,
		job(env = {}) {
			const directory = mkdtempSync(join(tmpdir(), 'job-'));
			mkdirSync(join(directory, 'docker'));
			const job = createJob({
				directory,
				env: {
					PATH: process.env.PATH ?? '',
					HOME: directory,
					DOCKER_CONFIG: join(directory, 'docker'),
					AWS_ENDPOINT_URL,
					ACTIONS_ID_TOKEN_REQUEST_URL,
					ACTIONS_ID_TOKEN_REQUEST_TOKEN,
					GITHUB_REPOSITORY: 'octo-org/hello',
					GITHUB_REF: 'refs/heads/main',
					GITHUB_REF_NAME: 'main',
					GITHUB_REF_TYPE: 'branch',
					GITHUB_EVENT_NAME: 'push',
					GITHUB_SHA: '0123456789abcdef0123456789abcdef01234567',
					...env,
				},
			});
			return {
				directory,
				temporary: job.temporary,
				variables: job.variables,
				run: (action, inputs) => job.step(DIST, action, inputs, POSTS[action]),
				finish: () => job.finish(),
			};
		},
		async counting(work) {
			const last = ecr.requests().at(-1)?.id ?? 0;
			await work();
			const counts: Record<string, number> = {};
			for (const { operation } of ecr.requests(last)) counts[operation] = (counts[operation] ?? 0) + 1;
			return counts;
		},
		close: () => ecr.close(),
	};
}

/** Logs a job in to an account, and fails the test when that fails. */
export async function logIn(
	job: Job,
	{ role }: { readonly role: string },
	inputs: Readonly<Record<string, string>> = {},
): Promise<StepResult> {
	const result = await job.run('ecr-login-oidc', { 'role-to-assume': role, 'aws-region': REGION, ...inputs });
	if (result.exitCode !== 0) throw new Error(result.errors.join('\n'));
	return result;
}
