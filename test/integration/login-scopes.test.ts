import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BUILD, type Job, LAYOUT, logIn, PRODUCTION, REGION, startWorld, type TestWorld } from './world.ts';

let world: TestWorld;
let production = '';
beforeAll(async () => {
	world = await startWorld(
		{
			registries: [BUILD, PRODUCTION].map(({ account }) => ({
				account,
				region: REGION,
				repositories: ['team/app', 'team/other', 'app'].map((name) => ({ name })),
			})),
		},
		{ enforceIam: true },
	);
	({ host: production } = await world.ecr.registry(PRODUCTION.account, REGION));
});
afterAll(() => world.close());

const scoped = (job: Job, role: { readonly role: string }, scope: string, repositories = 'team/app') =>
	logIn(job, role, { 'session-scope': scope, repositories });

/** Pushes an image with all that the role may. */
async function pushed(repository: string): Promise<string> {
	const job = world.job();
	await logIn(job, BUILD);
	const { outputs, errors } = await push(job, repository, 'seen');
	expect(errors).toEqual([]);
	return outputs.image ?? '';
}

const push = (job: Job, repository: string, tag: string) =>
	job.run('build-push', { repository, tags: tag, 'oci-layout': LAYOUT });

/** The code that an API call is answered with, sent as the session that the job has exported. */
async function call(job: Job, operation: string, input: object = {}): Promise<string> {
	const { AWS_ACCESS_KEY_ID: key, AWS_SESSION_TOKEN: token = '' } = job.variables;
	// The local ECR knows its callers by key and token; it checks no signature.
	const authorization = `AWS4-HMAC-SHA256 Credential=${key}/20260101/${REGION}/ecr/aws4_request, SignedHeaders=host, Signature=0`;
	const answer = await fetch(world.ecr.url, {
		method: 'POST',
		headers: {
			authorization,
			'x-amz-security-token': token,
			'content-type': 'application/x-amz-json-1.1',
			'x-amz-target': `AmazonEC2ContainerRegistry_V20150921.${operation}`,
		},
		body: JSON.stringify(input),
	});
	const { __type = '' } = (await answer.json()) as { __type?: string };
	return __type.replace(/^.*#/, '');
}

const DENIED = 'AccessDeniedException';
/** What no scope may, on its own repository or any other. */
const NEVER: readonly (readonly [string, object])[] = [
	['CreateRepository', { repositoryName: 'team/new' }],
	['DeleteRepository', { repositoryName: 'team/app', force: true }],
	['BatchDeleteImage', { repositoryName: 'team/app', imageIds: [{ imageTag: 'seen' }] }],
	['SetRepositoryPolicy', { repositoryName: 'team/app', policyText: '{}' }],
	['PutLifecyclePolicy', { repositoryName: 'team/app', lifecyclePolicyText: '{}' }],
	['PutImageTagMutability', { repositoryName: 'team/app', imageTagMutability: 'MUTABLE' }],
	['PutRegistryPolicy', { policyText: '{}' }],
	['PutReplicationConfiguration', { replicationConfiguration: { rules: [] } }],
	['BatchGetImage', { repositoryName: 'team/other', imageIds: [{ imageTag: 'seen' }] }],
	['PutImage', { repositoryName: 'team/other', imageManifest: '{}' }],
	['InitiateLayerUpload', { repositoryName: 'team/other' }],
	['StartImageScan', { repositoryName: 'team/other', imageId: { imageTag: 'seen' } }],
	['DescribeRepositories', {}],
];
const WRITING: readonly (readonly [string, object])[] = [
	['PutImage', { repositoryName: 'team/app', imageManifest: '{}' }],
	['InitiateLayerUpload', { repositoryName: 'team/app' }],
];
const SCANNING: readonly (readonly [string, object])[] = [
	['StartImageScan', { repositoryName: 'team/app', imageId: { imageTag: 'seen' } }],
	['DescribeImageScanFindings', { repositoryName: 'team/app', imageId: { imageTag: 'seen' } }],
	['GetRegistryScanningConfiguration', {}],
];

describe.each([
	['pull', [...WRITING, ...SCANNING]],
	['push', SCANNING],
	['scan', [...WRITING, ['GetDownloadUrlForLayer', { repositoryName: 'team/app', layerDigest: 'sha256:0' }]]],
	['promote', SCANNING],
] as const)('a session of the scope %s', (scope, further) => {
	it('is refused everything beyond', async () => {
		const job = world.job();
		await scoped(job, BUILD, scope);
		const answers = [];
		for (const [operation, input] of [...NEVER, ...further])
			answers.push([operation, input, await call(job, operation, input)]);
		expect(answers.filter(([, , code]) => code !== DENIED)).toEqual([]);
		expect(await call(job, 'BatchGetImage', { repositoryName: 'team/app', imageIds: [{ imageTag: 'x' }] })).toBe('');
	}, 60_000);
});

describe('the actions under the scope that is meant for them', () => {
	it('build-push pushes, and pushes again', async () => {
		const job = world.job();
		await scoped(job, BUILD, 'push');
		for (const tag of ['one', 'one', 'two']) expect((await push(job, 'team/app', tag)).errors).toEqual([]);
		const elsewhere = await push(job, 'team/other', 'one');
		expect(elsewhere.errors.join()).toContain('AccessDenied');
	}, 120_000);

	it('wait-for-scan waits until the findings are there, and build-push may not push then', async () => {
		const image = await pushed('team/app');
		const job = world.job();
		await scoped(job, BUILD, 'scan');
		const { errors, outputs } = await job.run('wait-for-scan', { image });
		expect([errors, outputs.status]).toEqual([[], 'complete']);
		expect((await push(job, 'team/app', 'scanned')).errors.join()).toContain('AccessDenied');
	}, 120_000);

	it('promote-by-digest copies from a login that may pull to one that may promote', async () => {
		const image = await pushed('team/app');
		const job = world.job();
		await scoped(job, BUILD, 'pull');
		await scoped(job, PRODUCTION, 'promote');
		const to = `${production}/team/app`;
		expect((await job.run('promote-by-digest', { image, to, tags: 'v1' })).errors).toEqual([]);
		const beyond = await job.run('promote-by-digest', { image, to: `${production}/team/other`, tags: 'v1' });
		expect(beyond.errors.join()).toContain('AccessDenied');
	}, 120_000);

	it('patterns cover what they name, and no more', async () => {
		const job = world.job();
		await scoped(job, BUILD, 'push', 'team/*');
		for (const repository of ['team/app', 'team/other'])
			expect((await push(job, repository, 'pattern')).errors).toEqual([]);
		expect((await push(job, 'app', 'pattern')).errors.join()).toContain('AccessDenied');
	}, 120_000);

	it('a chained role is narrowed, and the first is not', async () => {
		await world.ecr.seed(
			JSON.stringify({ roles: [{ arn: 'arn:aws:iam::222222222222:role/spoke', trust: { principals: [BUILD.role] } }] }),
		);
		const job = world.job();
		await logIn(job, BUILD, {
			'role-chain': 'arn:aws:iam::222222222222:role/spoke',
			'session-scope': 'push',
			repositories: 'team/app',
		});
		expect((await push(job, 'team/app', 'chained')).errors).toEqual([]);
		expect((await push(job, 'team/other', 'chained')).errors.join()).toContain('AccessDenied');
	}, 120_000);
});

it('a scope in ECR Public opens its token there', async () => {
	const job = world.job();
	const { outputs } = await logIn(job, BUILD, {
		'registry-type': 'public',
		'session-scope': 'push',
		repositories: 'hello',
	});
	expect(outputs.registry).toBe('public.ecr.aws');
});

it('a scope covers the registries of further accounts', async () => {
	const job = world.job();
	const { outputs } = await logIn(job, BUILD, {
		'session-scope': 'pull',
		repositories: 'team/app',
		registries: PRODUCTION.account,
	});
	expect(JSON.parse(outputs.registries ?? '[]')).toEqual([
		expect.objectContaining({ account: BUILD.account }),
		expect.objectContaining({ account: PRODUCTION.account, registry: production }),
	]);
	const owner = world.job();
	await logIn(owner, PRODUCTION);
	const policyText = JSON.stringify({
		Statement: [{ Effect: 'Allow', Principal: { AWS: BUILD.account }, Action: 'ecr:BatchGetImage' }],
	});
	for (const repositoryName of ['team/app', 'team/other'])
		expect(await call(owner, 'SetRepositoryPolicy', { repositoryName, policyText })).toBe('');
	const input = { registryId: PRODUCTION.account, imageIds: [{ imageTag: 'x' }] };
	expect(await call(job, 'BatchGetImage', { ...input, repositoryName: 'team/app' })).toBe('');
	expect(await call(job, 'BatchGetImage', { ...input, repositoryName: 'team/other' })).toBe(DENIED);
});
