import {
	CreateRepositoryCommand,
	DeleteRepositoryCommand,
	DescribeRepositoriesCommand,
	ECRPUBLICClient,
	GetAuthorizationTokenCommand,
} from '@aws-sdk/client-ecr-public';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { clientConfig, pushImage, registryAt } from '../../test/support.ts';
import { type LocalEcr, startLocalEcr } from '../server/start.ts';

describe('ECR Public', () => {
	let server: LocalEcr;
	let client: ECRPUBLICClient;

	beforeAll(async () => {
		server = await startLocalEcr();
		client = new ECRPUBLICClient(clientConfig(server));
	});
	afterAll(() => server.close());

	it('has a registry of its own beside those of the regions, which its token opens and no other does', async () => {
		const { repository } = await client.send(new CreateRepositoryCommand({ repositoryName: 'app' }));
		expect(repository?.repositoryArn).toBe('arn:aws:ecr-public::111111111111:repository/app');
		const { authorizationData } = await client.send(new GetAuthorizationTokenCommand({}));
		const url = `http://${repository?.repositoryUri?.split('/')[0]}`;
		const registry = registryAt(url, authorizationData?.authorizationToken ?? '');
		const image = await pushImage(registry, 'app', 'v1');
		expect((await registry.send('GET', '/v2/app/manifests/v1')).body.toString()).toBe(image.manifest);
		const elsewhere = registryAt(server.url, authorizationData?.authorizationToken ?? '');
		expect((await elsewhere.send('GET', '/v2/app/manifests/v1')).status).toBe(401);
		await expect(client.send(new DeleteRepositoryCommand({ repositoryName: 'app' }))).rejects.toMatchObject({
			name: 'RepositoryNotEmptyException',
		});
	});

	it('pages its repositories', async () => {
		for (const repositoryName of ['one', 'two']) await client.send(new CreateRepositoryCommand({ repositoryName }));
		const first = await client.send(new DescribeRepositoriesCommand({ maxResults: 2 }));
		const rest = await client.send(new DescribeRepositoriesCommand({ nextToken: first.nextToken }));
		const names = [...(first.repositories ?? []), ...(rest.repositories ?? [])].map((one) => one.repositoryName);
		expect(names).toEqual(['app', 'one', 'two']);
		expect(rest.nextToken).toBeUndefined();
	});

	it('is in one region only', async () => {
		const far = new ECRPUBLICClient(clientConfig(server, '111111111111', 'eu-west-1'));
		await expect(far.send(new GetAuthorizationTokenCommand({}))).rejects.toMatchObject({
			name: 'UnsupportedCommandException',
		});
	});
});
