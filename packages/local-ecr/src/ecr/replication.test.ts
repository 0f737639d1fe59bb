import {
	BatchGetImageCommand,
	CreateRepositoryCreationTemplateCommand,
	DescribeImageReplicationStatusCommand,
	DescribeRegistryCommand,
	DescribeRepositoriesCommand,
	type ECRClient,
	PutRegistryPolicyCommand,
	PutReplicationConfigurationCommand,
} from '@aws-sdk/client-ecr';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ecrOf, indexOf, logIn, OCI_INDEX, pushImage, putManifest, type Registry } from '../../test/support.ts';
import { sha256 } from '../ids.ts';
import { type LocalEcr, startLocalEcr } from '../server/start.ts';

const OTHER = '222222222222';

describe('replication', () => {
	let server: LocalEcr;
	let ecr: ECRClient;
	let registry: Registry;
	const replicate = (registryId: string, region: string, filter = 'prod/') =>
		ecr.send(
			new PutReplicationConfigurationCommand({
				replicationConfiguration: {
					rules: [
						{
							destinations: [{ registryId, region }],
							repositoryFilters: [{ filter, filterType: 'PREFIX_MATCH' }],
						},
					],
				},
			}),
		);
	const statusOf = async (imageTag: string, repositoryName = 'prod/app') =>
		(await ecr.send(new DescribeImageReplicationStatusCommand({ repositoryName, imageId: { imageTag } })))
			.replicationStatuses;

	beforeEach(async () => {
		server = await startLocalEcr({ seeds: ['repositories: [prod/app, dev/app]'] });
		ecr = ecrOf(server);
		registry = await logIn(server);
	});
	afterEach(() => server.close());

	it('makes a push appear in another region, index, children, layers and tag, and says how far it is', async () => {
		await replicate('111111111111', 'eu-west-1');
		const children = [
			await pushImage(registry, 'prod/app', '', 'one'),
			await pushImage(registry, 'prod/app', '', 'two'),
		];
		await putManifest(registry, 'prod/app', 'v1', indexOf(children), OCI_INDEX);
		expect(await statusOf('v1')).toEqual([{ region: 'eu-west-1', registryId: '111111111111', status: 'IN_PROGRESS' }]);
		server.advance(2);
		expect(await statusOf('v1')).toMatchObject([{ status: 'COMPLETE' }]);

		const copy = await logIn(server, '111111111111', 'eu-west-1');
		const manifest = await copy.send('GET', '/v2/prod/app/manifests/v1');
		expect(sha256(manifest.body)).toBe(sha256(indexOf(children)));
		for (const { digest, layer } of children) {
			expect((await copy.send('GET', `/v2/prod/app/manifests/${digest}`)).status).toBe(200);
			expect((await copy.send('HEAD', `/v2/prod/app/blobs/${layer}`)).status).toBe(200);
		}
		const { replicationConfiguration } = await ecr.send(new DescribeRegistryCommand({}));
		expect(replicationConfiguration?.rules?.[0]?.repositoryFilters?.[0]?.filter).toBe('prod/');
	});

	it('leaves alone what no rule names, and what was pushed before', async () => {
		await pushImage(registry, 'prod/app', 'early', 'early');
		await replicate('111111111111', 'eu-west-1');
		await pushImage(registry, 'dev/app', 'v1', 'dev');
		server.advance(5);
		expect(await statusOf('early')).toEqual([]);
		expect(await statusOf('v1', 'dev/app')).toEqual([]);
		const there = await ecrOf(server, '111111111111', 'eu-west-1').send(new DescribeRepositoriesCommand({}));
		expect(there.repositories).toEqual([]);
	});

	it('needs the registry policy of another account', async () => {
		await replicate(OTHER, 'us-east-1');
		await pushImage(registry, 'prod/app', 'v1', 'one');
		server.advance(2);
		expect(await statusOf('v1')).toMatchObject([{ status: 'FAILED', failureCode: 'AccessDenied' }]);

		const other = ecrOf(server, OTHER);
		const allow = (...Action: string[]) => {
			const Statement = [{ Effect: 'Allow', Principal: { AWS: '111111111111' }, Action }];
			return other.send(new PutRegistryPolicyCommand({ policyText: JSON.stringify({ Statement }) }));
		};
		await allow('ecr:ReplicateImage');
		await pushImage(registry, 'prod/app', 'no-repository', 'none');
		server.advance(2);
		expect(await statusOf('no-repository')).toMatchObject([{ status: 'FAILED', failureCode: 'AccessDenied' }]);

		await allow('ecr:ReplicateImage', 'ecr:CreateRepository');
		const { digest } = await pushImage(registry, 'prod/app', 'v2', 'two');
		server.advance(2);
		expect(await statusOf('v2')).toMatchObject([{ status: 'COMPLETE', registryId: OTHER }]);
		const { images } = await other.send(
			new BatchGetImageCommand({ repositoryName: 'prod/app', imageIds: [{ imageTag: 'v2' }] }),
		);
		expect(images?.[0]?.imageId?.imageDigest).toBe(digest);
	});

	it('does not go to where it comes from', async () => {
		await expect(replicate('111111111111', 'us-east-1')).rejects.toMatchObject({
			name: 'InvalidParameterException',
		});
	});
});

describe('a creation template', () => {
	it('makes the repository of a push that is not there, the nearest template deciding how', async () => {
		const server = await startLocalEcr();
		const ecr = ecrOf(server);
		const registry = await logIn(server);
		const create = (prefix: string, imageTagMutability: 'MUTABLE' | 'IMMUTABLE') =>
			ecr.send(
				new CreateRepositoryCreationTemplateCommand({
					prefix,
					appliedFor: ['CREATE_ON_PUSH'],
					imageTagMutability,
					resourceTags: [{ Key: 'made', Value: 'by push' }],
				}),
			);
		await expect(pushImage(registry, 'team/app', 'v1')).rejects.toThrow('404');
		await create('ROOT', 'MUTABLE');
		await create('team', 'IMMUTABLE');
		await pushImage(registry, 'team/app', 'v1');
		await pushImage(registry, 'teams/app', 'v1');
		const { repositories } = await ecr.send(new DescribeRepositoriesCommand({}));

		expect(repositories?.map(({ repositoryName, imageTagMutability }) => [repositoryName, imageTagMutability])).toEqual(
			[
				['team/app', 'IMMUTABLE'],
				['teams/app', 'MUTABLE'],
			],
		);
		await server.close();
	});
});
