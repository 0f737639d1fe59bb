import { mkdirSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Forwarder, startForwarder } from './forwarder.ts';
import { BUILD, type Job, REGION, startWorld, type TestWorld } from './world.ts';

const KEY = 'AKIA111111111111TEST';
const AMBIENT = 'arn:aws:iam::111111111111:role/ambient';
const NO_TOKEN = { ACTIONS_ID_TOKEN_REQUEST_URL: '', ACTIONS_ID_TOKEN_REQUEST_TOKEN: '' };

let world: TestWorld;
let forwarder: Forwarder;
let machine: http.Server;
let machineUrl = '';
const asked: string[] = [];

/** What a container agent, EKS Pod Identity and the metadata service of EC2 (IMDSv2 only) answer. */
beforeAll(async () => {
	world = await startWorld({
		roles: [
			{ arn: BUILD.role, trust: { subjects: ['repo:octo-org/hello:ref:refs/heads/main'] } },
			{ arn: AMBIENT, trust: { principals: [BUILD.account], externalId: 'known' } },
			{ arn: 'arn:aws:iam::222222222222:role/spoke', trust: { principals: [BUILD.role], externalId: 'two' } },
			{
				arn: 'arn:aws:iam::333333333333:role/leaf',
				trust: { principals: ['arn:aws:iam::222222222222:role/spoke'], externalId: 'three' },
			},
		],
	});
	forwarder = await startForwarder(world.ecr.url);
	machine = http.createServer((request, response) => {
		const { method, url = '', headers } = request;
		asked.push(`${method} ${url} ${headers.authorization ?? headers['x-aws-ec2-metadata-token'] ?? ''}`);
		const credentials = {
			Code: 'Success',
			AccessKeyId: KEY,
			SecretAccessKey: 'machine-secret',
			Token: 'machine-token',
			Expiration: new Date(Date.now() + 3_600_000).toISOString(),
		};
		const isToken = method === 'PUT' && url === '/latest/api/token';
		const allowed = isToken || url.startsWith('/agent') || headers['x-aws-ec2-metadata-token'] === 'imds-token';
		if (!allowed) return void response.writeHead(401).end();
		if (isToken) return void response.end('imds-token');
		if (url.endsWith('/security-credentials/')) return void response.end('machine-role');
		response.end(JSON.stringify(credentials));
	});
	await new Promise<void>((resolve) => machine.listen(0, '127.0.0.1', resolve));
	machineUrl = `http://127.0.0.1:${(machine.address() as AddressInfo).port}`;
});
afterAll(async () => {
	machine.closeAllConnections();
	machine.close();
	forwarder.close();
	await world.close();
});

/** A web identity token, as EKS mounts one. */
async function tokenFile(job: Job): Promise<string> {
	const { ACTIONS_ID_TOKEN_REQUEST_URL: url, ACTIONS_ID_TOKEN_REQUEST_TOKEN: token } = world.ecr.environment();
	const answer = await fetch(`${url}&audience=sts.amazonaws.com`, { headers: { authorization: `bearer ${token}` } });
	const path = join(job.directory, 'web-identity-token');
	writeFileSync(path, ((await answer.json()) as { value: string }).value);
	return path;
}

type Source = readonly [name: string, env: (job: Job) => Promise<Record<string, string>>, evidence?: RegExp];
const SOURCES: readonly Source[] = [
	['the environment', async () => ({ AWS_ACCESS_KEY_ID: KEY, AWS_SECRET_ACCESS_KEY: 'local' })],
	[
		'a profile',
		async (job) => {
			mkdirSync(join(job.directory, '.aws'));
			const text = `[work]\naws_access_key_id = ${KEY}\naws_secret_access_key = local\n`;
			writeFileSync(join(job.directory, '.aws', 'credentials'), text);
			return { AWS_PROFILE: 'work' };
		},
	],
	[
		'a container (ECS, CodeBuild)',
		async () => ({
			AWS_CONTAINER_CREDENTIALS_FULL_URI: `${machineUrl}/agent`,
			AWS_CONTAINER_AUTHORIZATION_TOKEN: 'container-token',
		}),
		/^GET \/agent container-token$/,
	],
	[
		'EKS Pod Identity',
		async (job) => {
			const path = join(job.directory, 'pod-token');
			writeFileSync(path, 'pod-token');
			return {
				AWS_CONTAINER_CREDENTIALS_FULL_URI: `${machineUrl}/agent`,
				AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: path,
			};
		},
		/^GET \/agent pod-token$/,
	],
	[
		'an instance profile (IMDSv2)',
		async () => ({ AWS_EC2_METADATA_SERVICE_ENDPOINT: machineUrl, RUNNER_ENVIRONMENT: 'self-hosted' }),
		/^GET \/latest\/meta-data\/iam\/security-credentials\/machine-role imds-token$/,
	],
];

describe.each(SOURCES)('credentials of %s', (_, envOf, evidence) => {
	const run = async (inputs: Record<string, string>) => {
		const job = world.job({ ...NO_TOKEN, AWS_ENDPOINT_URL: forwarder.url });
		Object.assign(job.variables, await envOf(job));
		asked.length = 0;
		return job.run('ecr-login-oidc', { 'aws-region': REGION, ...inputs });
	};

	it('log in as they are', async () => {
		const { errors, outputs } = await run({});
		expect(errors).toEqual([]);
		expect(outputs).toMatchObject({ 'aws-account-id': BUILD.account, 'assumed-role-arn': '' });
		if (evidence !== undefined) expect(asked).toContainEqual(expect.stringMatching(evidence));
	}, 30_000);

	it('assume a role, under its external id', async () => {
		const { errors, outputs } = await run({ 'role-to-assume': AMBIENT, 'role-external-id': 'known' });
		expect(errors).toEqual([]);
		expect(outputs['assumed-role-arn']).toContain(':assumed-role/ambient/');
		const refused = await run({ 'role-to-assume': AMBIENT, 'role-external-id': 'other' });
		expect(refused.errors.join()).toContain('under the external id given');
	}, 60_000);
});

it('EKS roles for service accounts (IRSA) log in as the role of the pod', async () => {
	const job = world.job(NO_TOKEN);
	const env = { AWS_WEB_IDENTITY_TOKEN_FILE: await tokenFile(job), AWS_ROLE_ARN: BUILD.role };
	Object.assign(job.variables, env);
	const counts = await world.counting(async () => {
		const { errors, outputs } = await job.run('ecr-login-oidc', { 'aws-region': REGION });
		expect(errors).toEqual([]);
		expect(outputs['aws-account-id']).toBe(BUILD.account);
	});
	expect(counts['sts:AssumeRoleWithWebIdentity']).toBeGreaterThan(0);
	expect(counts['github:GetToken']).toBeUndefined();
});

describe('a job without any credentials', () => {
	it('on a runner of GitHub is told at once, and nothing is asked', async () => {
		const job = world.job({
			...NO_TOKEN,
			RUNNER_ENVIRONMENT: 'github-hosted',
			AWS_EC2_METADATA_SERVICE_ENDPOINT: machineUrl,
		});
		asked.length = 0;
		const { errors } = await job.run('ecr-login-oidc', { 'role-to-assume': BUILD.role, 'aws-region': REGION });
		expect([errors.join(), asked]).toEqual([expect.stringContaining('id-token: write'), []]);
	});

	it('on a machine of its own is told the same, once the machine has none', async () => {
		const job = world.job({ ...NO_TOKEN, AWS_EC2_METADATA_DISABLED: 'true' });
		const { errors } = await job.run('ecr-login-oidc', { 'role-to-assume': BUILD.role, 'aws-region': REGION });
		expect(errors.join()).toContain('id-token: write');
	}, 30_000);
});

describe('a chain of roles', () => {
	const CHAIN = [
		'arn:aws:iam::222222222222:role/spoke,external-id=two',
		'arn:aws:iam::333333333333:role/leaf, external-id=three',
	].join('\n');

	it('leads over accounts, each with its external id, tags on the way', async () => {
		const job = world.job({ AWS_ENDPOINT_URL: forwarder.url, GITHUB_ACTOR: 'dependabot[bot]' });
		const from = forwarder.exchanges.length;
		const { errors, outputs } = await job.run('ecr-login-oidc', {
			'role-to-assume': BUILD.role,
			'aws-region': REGION,
			'role-chain': CHAIN,
			'custom-tags': '{"repository":"mine","Team":"a"}',
			'transitive-tag-keys': 'Team',
		});
		expect(errors).toEqual([]);
		expect(outputs['aws-account-id']).toBe('333333333333');
		const calls = forwarder.exchanges
			.slice(from)
			.map(({ body }) => new URLSearchParams(body))
			.filter((call) => call.get('Action')?.startsWith('AssumeRole') === true);
		expect(calls.map((call) => call.get('Action'))).toEqual(['AssumeRoleWithWebIdentity', 'AssumeRole', 'AssumeRole']);
		const tagsOf = (call: URLSearchParams | undefined) =>
			Object.fromEntries(
				[...(call ?? [])]
					.filter(([name]) => /^Tags\.member\.\d+\.Key$/.test(name))
					.map(([name, key]) => [key, call?.get(name.replace(/Key$/, 'Value'))]),
			);
		expect(tagsOf(calls[0])).toEqual({});
		expect(tagsOf(calls[1])).toMatchObject({
			repository: 'mine',
			Team: 'a',
			Actor: 'dependabot_bot_',
			GitHub: 'Actions',
		});
		expect(tagsOf(calls[1])).not.toHaveProperty('Repository');
		expect(tagsOf(calls[2])).not.toHaveProperty('Team');
	}, 30_000);

	it('says which role refused', async () => {
		const { errors } = await world.job().run('ecr-login-oidc', {
			'role-to-assume': BUILD.role,
			'aws-region': REGION,
			'role-chain': CHAIN.replace('=three', '=wrong'),
		});
		expect(errors.join()).toContain('Could not assume the role arn:aws:iam::333333333333:role/leaf');
	}, 30_000);

	it('warns of what a token alone cannot carry', async () => {
		const { lines } = await world.job().run('ecr-login-oidc', {
			'role-to-assume': BUILD.role,
			'aws-region': REGION,
			'custom-tags': '{"Team":"a"}',
			'role-external-id': 'known',
		});
		expect(lines.filter((line) => line.startsWith('::warning'))).toEqual([
			expect.stringContaining('custom-tags, role-external-id: not sent'),
		]);
	});
});
