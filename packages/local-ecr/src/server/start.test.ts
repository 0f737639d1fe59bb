import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { Agent } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
	CreateRepositoryCommand,
	DescribeRepositoriesCommand,
	ECRClient,
	GetAuthorizationTokenCommand,
} from '@aws-sdk/client-ecr';
import { DescribeServicesCommand, ECSClient } from '@aws-sdk/client-ecs';
import { Inspector2Client, ListCoverageCommand } from '@aws-sdk/client-inspector2';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { send } from '../../test/http.ts';
import { clientConfig, ecrOf, logIn, pushImage } from '../../test/support.ts';
import { type LocalEcr, startLocalEcr } from './start.ts';

describe('startLocalEcr', () => {
	let server: LocalEcr;
	const before = { ...process.env };

	beforeEach(async () => {
		server = await startLocalEcr();
	});
	afterEach(async () => {
		process.env = { ...before };
		await server.close();
	});

	it('is found by every SDK client through the environment that it prints, and nothing else', async () => {
		Object.assign(process.env, server.environment());

		const identity = await new STSClient().send(new GetCallerIdentityCommand({}));
		const { repository } = await new ECRClient().send(new CreateRepositoryCommand({ repositoryName: 'team/app' }));
		const { coveredResources } = await new Inspector2Client().send(new ListCoverageCommand({}));
		const { failures } = await new ECSClient().send(new DescribeServicesCommand({ services: ['web'] }));

		expect(identity.Account).toBe('111111111111');
		expect(identity.Arn).toBe('arn:aws:iam::111111111111:user/local');
		expect(repository?.repositoryUri).toBe(`127.0.0.1:${server.port}/team/app`);
		expect(repository?.createdAt).toBeInstanceOf(Date);
		expect(coveredResources).toEqual([]);
		expect(failures?.[0]?.reason).toBe('MISSING');
	});

	it('keeps accounts and regions apart, each with a port of its own for images', async () => {
		await ecrOf(server, '111111111111', 'us-east-1').send(new CreateRepositoryCommand({ repositoryName: 'app' }));
		const elsewhere = ecrOf(server, '222222222222', 'eu-west-1');
		const { repository } = await elsewhere.send(new CreateRepositoryCommand({ repositoryName: 'app' }));
		const sameAccount = ecrOf(server, '111111111111', 'eu-west-1');

		expect(repository?.repositoryArn).toBe('arn:aws:ecr:eu-west-1:222222222222:repository/app');
		expect(repository?.repositoryUri).toBe(`${(await server.registry('222222222222', 'eu-west-1')).host}/app`);
		expect(repository?.repositoryUri).not.toBe(`127.0.0.1:${server.port}/app`);
		expect((await sameAccount.send(new DescribeRepositoriesCommand({}))).repositories).toEqual([]);
	});

	it('refuses access keys that nobody issued', async () => {
		const client = new ECRClient({
			...clientConfig(server),
			credentials: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'x' },
		});
		await expect(client.send(new DescribeRepositoriesCommand({}))).rejects.toMatchObject({
			name: 'UnrecognizedClientException',
			$metadata: { httpStatusCode: 400 },
		});
	});

	it('logs every request in the order of arrival, by operation, account, region and repository', async () => {
		await ecrOf(server).send(new CreateRepositoryCommand({ repositoryName: 'app' }));
		const registry = await logIn(server);
		server.clearRequests();
		await pushImage(registry, 'app', 'v1');

		const log = (await send('GET', `${server.url}/_local/requests`)).json() as Record<string, unknown>[];
		expect(log.map(({ operation }) => operation)).toEqual([
			'v2:StartUpload',
			'v2:FinishUpload',
			'v2:StartUpload',
			'v2:FinishUpload',
			'v2:PutManifest',
		]);
		expect(log.at(-1)).toMatchObject({
			method: 'PUT',
			path: '/v2/app/manifests/v1',
			account: '111111111111',
			region: 'us-east-1',
			repository: 'app',
			status: 201,
		});
		const counts = (await send('GET', `${server.url}/_local/requests/counts`)).json();
		expect(counts).toEqual({
			total: 5,
			byOperation: { 'v2:StartUpload': 2, 'v2:FinishUpload': 2, 'v2:PutManifest': 1 },
		});
		expect(server.requests(Number(log[3]?.id)).map(({ operation }) => operation)).toEqual(['v2:PutManifest']);
	});

	it('takes a seed while it runs, and names everything that is wrong with one', async () => {
		const good = await send('POST', `${server.url}/_local/seed`, { body: 'repositories: [seeded]' });
		const bad = await send('POST', `${server.url}/_local/seed`, {
			body: 'repositories: [{mutability: SOMETIMES}]\nrepos: []',
		});

		expect(good.status).toBe(204);
		expect((await ecrOf(server).send(new DescribeRepositoriesCommand({}))).repositories?.[0]?.repositoryName).toBe(
			'seeded',
		);
		expect(bad.status).toBe(400);
		expect(bad.json()).toEqual({
			message: expect.stringMatching(/mutability must be one of.*name is missing.*repos is not known/),
		});
	});

	it('shows in a browser what is there and what is asked, without anything from elsewhere', async () => {
		await server.seed('repositories: [{name: app, scanOnPush: true}]');
		const { digest } = await pushImage(await logIn(server), 'app', 'v<1>'.replace(/[<>]/g, '_'));
		const page = await send('GET', `${server.url}/_local`);
		const state = (await send('GET', `${server.url}/_local/state`)).json();

		expect(page.headers['content-type']).toContain('text/html');
		expect(page.body.toString()).not.toMatch(/(?:src|href)=(?!"data:)|innerHTML|https?:\/\//);
		expect(state).toMatchObject({
			registries: [
				{
					account: '111111111111',
					repositories: [
						{
							name: 'app',
							images: [
								{ digest, tags: ['v_1_'], platform: 'linux/amd64', scan: { status: 'IN_PROGRESS', counts: {} } },
							],
						},
					],
				},
			],
		});
		expect(server.requests().every(({ path }) => !path.startsWith('/_local'))).toBe(true);
	});

	it('speaks TLS on request, by a certificate that the environment names', async () => {
		const secure = await startLocalEcr({ tls: true, seeds: ['repositories: [app]'] });
		const { NODE_EXTRA_CA_CERTS = '', AWS_ENDPOINT_URL = '' } = secure.environment();
		const ca = await readFile(NODE_EXTRA_CA_CERTS, 'utf8');
		const client = new ECRClient({
			...clientConfig(secure),
			requestHandler: { httpsAgent: new Agent({ ca }) },
		});
		const { authorizationData = [] } = await client.send(new GetAuthorizationTokenCommand({}));
		await expect(ecrOf(secure).send(new DescribeRepositoriesCommand({}))).rejects.toThrow(/self-signed/);

		expect(AWS_ENDPOINT_URL).toBe(`https://127.0.0.1:${secure.port}`);
		expect(authorizationData[0]?.proxyEndpoint).toBe(AWS_ENDPOINT_URL);
		await secure.close();
	});

	it('leaves nothing behind when it cannot start', async () => {
		const temporary = await mkdtemp(join(tmpdir(), 'start-test-'));
		await expect(startLocalEcr({ temporary, port: server.port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
		await expect(startLocalEcr({ temporary, seeds: ['nothing: known'] })).rejects.toThrow('nothing is not known');
		expect(await readdir(temporary)).toEqual([]);
		await rm(temporary, { recursive: true });
	});
});
