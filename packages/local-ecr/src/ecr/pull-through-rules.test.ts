import {
	CreatePullThroughCacheRuleCommand,
	DescribePullThroughCacheRulesCommand,
	DescribeRepositoriesCommand,
} from '@aws-sdk/client-ecr';
import { expect, it } from '@jest/globals';
import { ecrOf, logIn, pushImage } from '../../test/support.ts';
import { startLocalEcr } from '../server/start.ts';

it('a pull-through cache rule fills a repository from another registry, and follows its tags', async () => {
	const server = await startLocalEcr({
		seeds: ['registries: [{account: "222222222222", region: us-east-1, repositories: [base/os]}]'],
	});
	const upstream = await logIn(server, '222222222222');
	const first = await pushImage(upstream, 'base/os', 'v1', 'one');
	const ecr = ecrOf(server);
	const create = (upstreamRegistryUrl: string) =>
		ecr.send(new CreatePullThroughCacheRuleCommand({ ecrRepositoryPrefix: 'cache', upstreamRegistryUrl }));
	await expect(create('registry.example')).rejects.toMatchObject({ name: 'UnsupportedUpstreamRegistryException' });
	await create('222222222222.dkr.ecr.us-east-1.amazonaws.com');
	const registry = await logIn(server);
	const pull = (reference: string) => registry.send('GET', `/v2/cache/base/os/manifests/${reference}`);

	expect((await pull('none')).status).toBe(404);
	expect((await pull('v1')).body.toString()).toBe(first.manifest);
	expect((await registry.send('HEAD', `/v2/cache/base/os/blobs/${first.layer}`)).status).toBe(200);
	const second = await pushImage(upstream, 'base/os', 'v1', 'two');
	expect((await pull('v1')).headers['docker-content-digest']).toBe(second.digest);
	const { repositories } = await ecr.send(new DescribeRepositoriesCommand({}));
	expect(repositories?.map(({ repositoryName }) => repositoryName)).toEqual(['cache/base/os']);
	const { pullThroughCacheRules } = await ecr.send(new DescribePullThroughCacheRulesCommand({}));
	expect(pullThroughCacheRules).toHaveLength(1);
	await server.close();
});
