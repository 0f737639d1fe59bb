import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BUILD, logIn, PRODUCTION, REGION, startWorld, type TestWorld } from './world.ts';

let world: TestWorld;
let publicApi: Server;
beforeAll(async () => {
	world = await startWorld();
	publicApi = createServer((request, response) => {
		const asked = request.headers['x-amz-target'] === 'SpencerFrontendService.GetAuthorizationToken';
		const authorizationToken = Buffer.from('AWS:public:password').toString('base64');
		const answer = { authorizationData: { authorizationToken, expiresAt: 4_000_000_000 } };
		response.writeHead(asked ? 200 : 400, { 'content-type': 'application/x-amz-json-1.1' });
		response.end(JSON.stringify(asked ? answer : { __type: 'UnknownOperation' }));
	});
	await new Promise<void>((resolve) => publicApi.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
	publicApi.closeAllConnections();
	publicApi.close();
	await world.close();
});

const AMBIENT = { AWS_ACCESS_KEY_ID: 'AKIALOCAL', AWS_SECRET_ACCESS_KEY: 'local' };

it('logs in to ECR Public', async () => {
	const { port } = publicApi.address() as AddressInfo;
	const job = world.job({ AWS_ENDPOINT_URL_ECR_PUBLIC: `http://127.0.0.1:${port}` });
	const { outputs } = await logIn(job, BUILD, { 'registry-type': 'public' });
	expect(outputs).toMatchObject({ registry: 'public.ecr.aws', 'aws-account-id': BUILD.account });
	const { auths } = JSON.parse(readFileSync(join(job.directory, 'docker', 'config.json'), 'utf8'));
	expect(Buffer.from(auths['public.ecr.aws'].auth, 'base64').toString('utf8')).toBe('AWS:public:password');
});

it('writes the AWS profile, and takes it out again', async () => {
	const job = world.job();
	await logIn(job, BUILD, { 'aws-profile': 'build' });
	const path = join(job.directory, '.aws', 'credentials');
	expect(readFileSync(path, 'utf8')).toContain(`aws_access_key_id = ${job.variables.AWS_ACCESS_KEY_ID}`);
	await job.finish();
	expect(existsSync(path)).toBe(false);
});

describe('a role that is given by name', () => {
	it('is looked for in the account of the ambient credentials', async () => {
		const { outputs } = await logIn(world.job(world.ecr.environment()), { role: 'build' });
		expect(outputs['assumed-role-arn']).toContain(`${BUILD.account}:assumed-role/build/`);
	});

	it('is no more than a name without them', async () => {
		const job = world.job({ RUNNER_ENVIRONMENT: 'github-hosted' });
		await expect(logIn(job, { role: 'build' })).rejects.toThrow('Give the ARN of the role.');
		const own = world.job({ AWS_EC2_METADATA_DISABLED: 'true' });
		await expect(logIn(own, { role: 'build' })).rejects.toThrow('Set role-to-assume to the ARN of a role');
	});
});

it('forgets the credentials of the environment, here and for later steps', async () => {
	const job = world.job(AMBIENT);
	await logIn(job, BUILD, { 'unset-current-credentials': 'true', 'export-credentials': 'false' });
	expect(job.variables).toMatchObject({ AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' });
});

it('logs in to further accounts, FIPS, dual-stack, Chinese, GovCloud and ISO hosts with a token of each region', async () => {
	const hosts = [
		`222222222222.dkr.ecr.${REGION}.amazonaws.com`,
		`222222222222.dkr.ecr-fips.${REGION}.amazonaws.com`,
		`222222222222.dkr-ecr.${REGION}.on.aws`,
		'222222222222.dkr.ecr.cn-north-1.amazonaws.com.cn',
		'222222222222.dkr.ecr-fips.us-gov-west-1.amazonaws.com',
		'222222222222.dkr-ecr-fips.us-gov-west-1.on.aws',
		'222222222222.dkr.ecr.us-iso-east-1.c2s.ic.gov',
		'222222222222.dkr.ecr.us-isob-east-1.sc2s.sgov.gov',
		'222222222222.dkr.ecr.eu-isoe-west-1.cloud.adc-e.uk',
		'222222222222.dkr.ecr.us-isof-south-1.csp.hci.ic.gov',
	];
	const job = world.job();
	const counts = await world.counting(() => logIn(job, BUILD, { registries: hosts.join('\n') }));
	expect(counts['ecr:GetAuthorizationToken']).toBe(7);
	const { auths } = JSON.parse(readFileSync(join(job.directory, 'docker', 'config.json'), 'utf8'));
	expect(Object.keys(auths)).toEqual(expect.arrayContaining(hosts));
	const [plain = '', fips = '', , china = ''] = hosts;
	expect(auths[fips]).toEqual(auths[plain]);
	expect(auths[china]).not.toEqual(auths[plain]);
});

it('takes a web identity token from a file', async () => {
	const { ACTIONS_ID_TOKEN_REQUEST_URL: url, ACTIONS_ID_TOKEN_REQUEST_TOKEN: token } = world.ecr.environment();
	const answer = await fetch(`${url}&audience=sts.amazonaws.com`, { headers: { authorization: `bearer ${token}` } });
	const { value } = (await answer.json()) as { value: string };
	const job = world.job({ ACTIONS_ID_TOKEN_REQUEST_URL: '', ACTIONS_ID_TOKEN_REQUEST_TOKEN: '' });
	const path = join(job.directory, 'token');
	writeFileSync(path, `${value}\n`);
	const { outputs } = await logIn(job, PRODUCTION, { 'web-identity-token-file': path });
	expect(outputs['aws-account-id']).toBe(PRODUCTION.account);
});
