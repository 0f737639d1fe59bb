import {
	BatchGetImageCommand,
	CreatePullThroughCacheRuleCommand,
	DescribePullThroughCacheRulesCommand,
	DescribeRepositoriesCommand,
	type ECRClient,
	SetRepositoryPolicyCommand,
	UpdatePullThroughCacheRuleCommand,
	ValidatePullThroughCacheRuleCommand,
} from '@aws-sdk/client-ecr';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ecrOf, logIn, type PushedImage, pushImage, type Registry } from '../../test/support.ts';
import { type LocalEcr, startLocalEcr } from '../server/start.ts';

const OTHER = '222222222222';
const ROLE = 'arn:aws:iam::111111111111:role/cache';
const UPSTREAM = `${OTHER}.dkr.ecr.us-east-1.amazonaws.com`;

describe('a pull-through cache rule', () => {
	let server: LocalEcr;
	let ecr: ECRClient;
	let registry: Registry;
	let upstream: Registry;
	let first: PushedImage;
	const create = (more: object = {}, upstreamRegistryUrl = UPSTREAM) =>
		ecr.send(
			new CreatePullThroughCacheRuleCommand({
				ecrRepositoryPrefix: 'cache',
				upstreamRegistryUrl,
				customRoleArn: ROLE,
				...more,
			}),
		);
	const letIn = (AWS: string, ...Action: string[]) => {
		const policyText = JSON.stringify({ Statement: [{ Effect: 'Allow', Principal: { AWS }, Action }] });
		return ecrOf(server, OTHER).send(new SetRepositoryPolicyCommand({ repositoryName: 'base/os', policyText }));
	};
	const pull = (reference: string, name = 'cache/base/os') =>
		registry.send('GET', `/v2/${name}/manifests/${reference}`);
	const batchGet = (repositoryName: string) =>
		ecr.send(new BatchGetImageCommand({ repositoryName, imageIds: [{ imageTag: 'v1' }] }));

	beforeEach(async () => {
		server = await startLocalEcr({
			seeds: [`registries: [{account: "${OTHER}", region: us-east-1, repositories: [base/os]}]`],
		});
		upstream = await logIn(server, OTHER);
		first = await pushImage(upstream, 'base/os', 'v1', 'one');
		ecr = ecrOf(server);
		registry = await logIn(server);
		await letIn(ROLE, 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer');
	});
	afterEach(() => server.close());

	it('fills a repository from another registry, and follows its tags', async () => {
		await expect(create({}, 'registry.example')).rejects.toMatchObject({
			name: 'UnsupportedUpstreamRegistryException',
		});
		await create();
		expect((await pull('none')).status).toBe(404);
		expect((await pull('v1')).body.toString()).toBe(first.manifest);
		expect((await registry.send('HEAD', `/v2/cache/base/os/blobs/${first.layer}`)).status).toBe(200);
		const second = await pushImage(upstream, 'base/os', 'v1', 'two');
		expect((await pull('v1')).headers['docker-content-digest']).toBe(second.digest);
		const { repositories } = await ecr.send(new DescribeRepositoriesCommand({}));
		expect(repositories?.map(({ repositoryName }) => repositoryName)).toEqual(['cache/base/os']);
	});

	it('fills it through the API as well, and under the names of its prefixes', async () => {
		await create({ ecrRepositoryPrefix: 'mirror', upstreamRepositoryPrefix: 'base' });
		const { images } = await batchGet('mirror/os');
		expect(images?.[0]?.imageId).toEqual({ imageDigest: first.digest, imageTag: 'v1' });
	});

	it('needs another account to let its role in', async () => {
		await create();
		await letIn('333333333333', 'ecr:*');
		expect((await pull('v1')).status).toBe(403);
		await expect(batchGet('cache/base/os')).rejects.toMatchObject({ name: 'UnableToGetUpstreamImageException' });
		expect((await ecr.send(new DescribeRepositoriesCommand({}))).repositories).toEqual([]);
	});

	it('is described, changed and validated', async () => {
		await create({ customRoleArn: undefined });
		expect((await pull('v1')).status).toBe(403);
		await ecr.send(new UpdatePullThroughCacheRuleCommand({ ecrRepositoryPrefix: 'cache', customRoleArn: ROLE }));
		expect((await pull('v1')).status).toBe(200);
		const { pullThroughCacheRules } = await ecr.send(new DescribePullThroughCacheRulesCommand({}));
		expect(pullThroughCacheRules).toMatchObject([
			{ ecrRepositoryPrefix: 'cache', upstreamRegistryUrl: UPSTREAM, upstreamRegistry: 'ecr', customRoleArn: ROLE },
		]);
		const validated = await ecr.send(new ValidatePullThroughCacheRuleCommand({ ecrRepositoryPrefix: 'cache' }));
		expect(validated).toMatchObject({ isValid: true, upstreamRepositoryPrefix: 'ROOT' });
		const credentialArn = 'arn:aws:secretsmanager:us-east-1:111111111111:secret:ecr-pullthroughcache/mine-abcdef';
		await expect(create({ ecrRepositoryPrefix: 'other', credentialArn })).rejects.toMatchObject({
			name: 'SecretNotFoundException',
		});
	});
});
