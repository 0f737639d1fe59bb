import { createContext, createRunner, type Digest } from '@ecr-pipeline/core';
import { establishSession, type Login } from '@ecr-pipeline/ecr';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BUILD, loginTo, PRODUCTION, platformImage, push, REGION, startWorld, type World } from './promote-world.ts';

const READ = ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];
const WRITE = [
	'ecr:BatchGetImage',
	'ecr:BatchCheckLayerAvailability',
	'ecr:InitiateLayerUpload',
	'ecr:UploadLayerPart',
	'ecr:CompleteLayerUpload',
	'ecr:PutImage',
	'ecr:DescribeRepositories',
];

const arn = (account: string, name: string) => `arn:aws:iam::${account}:role/${name}`;
const role = (account: string, name: string, actions: readonly string[], repository: string) => ({
	arn: arn(account, name),
	trust: { audience: 'sts.amazonaws.com', subjects: ['*'] },
	policy: {
		Version: '2012-10-17',
		Statement: [
			{ Effect: 'Allow', Action: 'ecr:GetAuthorizationToken', Resource: '*' },
			{ Effect: 'Allow', Action: actions, Resource: `arn:aws:ecr:${REGION}:${account}:repository/${repository}` },
		],
	},
});

let world: World;
let digest: Digest;
let count = 0;

beforeAll(async () => {
	world = await startWorld(
		{
			roles: [
				role(BUILD, 'reader', READ, 'from'),
				role(BUILD, 'writer', WRITE, 'to-*'),
				role(BUILD, 'no-read', WRITE, 'to-*'),
				role(PRODUCTION, 'writer', WRITE, 'to-*'),
				role(
					PRODUCTION,
					'no-put',
					WRITE.filter((action) => action !== 'ecr:PutImage'),
					'to-*',
				),
				role(
					PRODUCTION,
					'no-upload',
					WRITE.filter((action) => action !== 'ecr:InitiateLayerUpload'),
					'to-*',
				),
			],
		},
		{ enforceIam: true },
	);
	await world.create(BUILD, 'from');
	const image = platformImage('app', ['linux/amd64', 'linux/arm64']);
	digest = (await push(await world.repository(world.build, 'from'), image)).digest;
});
afterAll(() => world.close());

/** A repository that no test has used yet. */
async function target(account: string): Promise<string> {
	count += 1;
	await world.create(account, `to-${count}`);
	return `${account === BUILD ? world.build : world.production}/to-${count}`;
}

const promote = (inputs: Readonly<Record<string, string>>, logins: readonly Login[] = []) =>
	world.run({ image: `${world.build}/from@${digest}`, tags: 'v1', ...inputs }, { logins, env: { AWS_REGION: REGION } });

/** A login by a role, as the login step leaves it. */
async function loginAs(role: string, registry: string): Promise<Login> {
	const account = role.split(':')[4] ?? '';
	const login = loginTo(registry, account);
	const request = { ...(login.session?.request ?? fail()), role, audience: 'sts.amazonaws.com', sessionName: 'test' };
	const { ACTIONS_ID_TOKEN_REQUEST_URL, ACTIONS_ID_TOKEN_REQUEST_TOKEN } = world.ecr.environment();
	const context = createContext(
		createRunner({ ACTIONS_ID_TOKEN_REQUEST_URL, ACTIONS_ID_TOKEN_REQUEST_TOKEN }, () => undefined),
	);
	const { credentials } = await establishSession(request, context);
	const { accessKeyId, secretAccessKey, sessionToken, expiration } = credentials;
	const session = {
		accessKeyId,
		secrets: { secretAccessKey, sessionToken },
		expiration: expiration.toISOString(),
		request,
	};
	return { ...login, session };
}

function fail(): never {
	throw new Error('no session');
}

describe('roles for the two sides', () => {
	it('need no login step', async () => {
		const to = await target(PRODUCTION);
		const ran = await promote({
			to,
			'source-role-to-assume': arn(BUILD, 'reader'),
			'destination-role-to-assume': arn(PRODUCTION, 'writer'),
		});
		expect(ran.error).toBeUndefined();
		expect(ran.outputs.image).toBe(`${to}@${digest}`);
		expect(ran.counts['sts:AssumeRoleWithWebIdentity']).toBe(2);
	});

	it('complete names without a registry, each by its own', async () => {
		const to = await target(PRODUCTION);
		const ran = await promote({
			image: `from@${digest}`,
			to: to.slice(to.indexOf('/') + 1),
			'source-role-to-assume': arn(BUILD, 'reader'),
			'destination-role-to-assume': arn(PRODUCTION, 'writer'),
		});
		expect(ran.error).toBeUndefined();
		expect(ran.outputs.image).toBe(`${to}@${digest}`);
	});

	it('may be two roles of one registry', async () => {
		const ran = await promote({
			to: await target(BUILD),
			'source-role-to-assume': arn(BUILD, 'reader'),
			'destination-role-to-assume': arn(BUILD, 'writer'),
		});
		expect(ran.error).toBeUndefined();
	});

	it('can be given for one side, where the other has a login', async () => {
		const ran = await promote(
			{ to: await target(PRODUCTION), 'destination-role-to-assume': arn(PRODUCTION, 'writer') },
			[await loginAs(arn(BUILD, 'reader'), world.build)],
		);
		expect(ran.error).toBeUndefined();
	});

	it('must be ARNs', async () => {
		const ran = await promote({ to: 'x', 'source-role-to-assume': 'reader' });
		expect(ran.error).toContain('Input "source-role-to-assume" is "reader"');
		expect(ran.counts).toEqual({});
	});
});

describe('two logins by different roles of one registry', () => {
	it.each([
		['the reader first', ['reader', 'writer']],
		['the writer first', ['writer', 'reader']],
	])('are used for what each may do: %s', async (_, names) => {
		const logins = await Promise.all(names.map((name) => loginAs(arn(BUILD, name), world.build)));
		const ran = await promote({ to: await target(BUILD) }, logins);
		expect(ran.error).toBeUndefined();
		expect(ran.outputs.changed).toBe(true);
	});
});

describe('a role without a permission is told the action to grant', () => {
	it.each([
		['no-put', 'ecr:PutImage'],
		['no-upload', 'ecr:InitiateLayerUpload'],
	])('%s: %s', async (name, action) => {
		const to = await target(PRODUCTION);
		const ran = await promote({
			to,
			'source-role-to-assume': arn(BUILD, 'reader'),
			'destination-role-to-assume': arn(PRODUCTION, name),
		});
		expect(ran.error).toContain(action);
		const repository = await world.repository(world.production, to.slice(to.indexOf('/') + 1));
		expect((await repository.manifests(['v1'])).size).toBe(0);
	});

	it('that may not read the source: ecr:BatchGetImage', async () => {
		const ran = await promote({
			to: await target(BUILD),
			'source-role-to-assume': arn(BUILD, 'no-read'),
			'destination-role-to-assume': arn(BUILD, 'writer'),
		});
		expect(ran.error).toContain(`Grant ecr:BatchGetImage on the repository ${world.build}/from`);
	});
});

it('says how to create a repository that is not there', async () => {
	const ran = await world.run({ image: `${world.build}/from@${digest}`, to: `${world.production}/absent`, tags: 'v1' });
	expect(ran.error).toContain('`aws ecr create-repository --repository-name absent`');
	expect(Object.keys(ran.counts).filter((operation) => /Put|Upload/.test(operation))).toEqual([]);
});

it.each([
	[
		'a tag where a digest is asked',
		{ image: 'app:v1', to: 'prod/app' },
		'Input "image" is "app:v1": a digest is required',
	],
	['half a digest', { image: 'app@sha256:12', to: 'prod/app' }, 'has a digest that is not "sha256:"'],
	[
		'a destination with a digest',
		{ image: `app@sha256:${'0'.repeat(64)}`, to: `a@sha256:${'0'.repeat(64)}` },
		'Input "to"',
	],
	[
		'a repository that can be none',
		{ image: `App@sha256:${'0'.repeat(64)}`, to: 'a' },
		'which is not a repository name',
	],
])('refuses %s before anything is asked', async (_, inputs, message) => {
	const ran = await world.run(inputs);
	expect(ran.error).toContain(message);
	expect(ran.counts).toEqual({});
});

it('refuses the source as destination when there is nothing to tag', async () => {
	const ran = await world.run({ image: `${world.build}/from@${digest}`, to: `${world.build}/from` });
	expect(ran.error).toContain('is the source, and no tags are given');
	expect(ran.counts).toEqual({});
});
