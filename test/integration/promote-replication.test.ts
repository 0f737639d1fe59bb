import type { Digest } from '@ecr-pipeline/core';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { BUILD, OTHER_REGION, PRODUCTION, platformImage, push, startWorld, type World } from './promote-world.ts';

const THIRD = '333333333333';

let world: World;
let digest: Digest;

beforeAll(async () => {
	world = await startWorld();
	await world.create(BUILD, 'app');
	await world.create(PRODUCTION, 'there/app', 'there/slow', 'refused/app', 'nowhere');
	const image = platformImage('app', ['linux/amd64', 'linux/arm64']);
	digest = (await push(await world.repository(world.build, 'app'), image)).digest;
	await world.call(PRODUCTION, 'PutReplicationConfiguration', {
		replicationConfiguration: {
			rules: [
				{
					destinations: [{ region: OTHER_REGION, registryId: PRODUCTION }],
					repositoryFilters: [{ filter: 'there/', filterType: 'PREFIX_MATCH' }],
				},
				{
					destinations: [{ region: 'eu-west-1', registryId: THIRD }],
					repositoryFilters: [{ filter: 'refused/', filterType: 'PREFIX_MATCH' }],
				},
			],
		},
	});
});
afterAll(() => world.close());

const promote = (to: string, regions: string, inputs = {}, context = {}) =>
	world.run(
		{
			image: `${world.build}/app@${digest}`,
			to: `${world.production}/${to}`,
			tags: 'v1',
			referrers: 'false',
			'wait-for-replication': regions,
			...inputs,
		},
		{ context },
	);

it('waits until the region has the index and all that it lists', async () => {
	const ran = await promote('there/app', OTHER_REGION);
	expect(ran.error).toBeUndefined();
	expect(ran.outputs.result).toMatchObject({ 'replicated-to': [OTHER_REGION] });
	expect(ran.summary).toContain(`Replicated to <code>${OTHER_REGION}</code>`);
	const other = await world.ecr.registry(PRODUCTION, OTHER_REGION);
	expect(other.host).not.toBe(world.production);
	// Once it is there, a question for the registry and one for each of the three manifests is all that it takes.
	const again = await promote('there/app', OTHER_REGION);
	expect(again.counts).toMatchObject({ 'ecr:DescribeRegistry': 1, 'ecr:DescribeImageReplicationStatus': 3 });
	expect(again.outputs.changed).toBe(false);
});

it('is an error that names region and code when the copy has failed', async () => {
	const ran = await promote('refused/app', 'eu-west-1');
	expect(ran.error).toContain('eu-west-1: AccessDenied');
	expect(ran.error).toContain('The tags are set where the image was promoted to');
});

it('is an error that names region and state when it takes too long', async () => {
	let now = Date.now();
	// Its clock runs ahead of that of the registry, whose copies take a second.
	const clock = {
		now: () => now,
		sleep: async (milliseconds: number) => {
			now += milliseconds;
		},
	};
	const ran = await promote('there/slow', OTHER_REGION, { 'replication-timeout-seconds': '5' }, { clock });
	expect(ran.error).toContain('The replication was not complete after 5.0 s');
	expect(ran.error).toContain(`in ${OTHER_REGION} is IN_PROGRESS`);
});

it.each([
	['nowhere', OTHER_REGION, 'no region for it'],
	['there/app', 'ap-south-1', OTHER_REGION],
])('is an error at once when %s is not replicated to %s', async (to, region, known) => {
	const ran = await promote(to, region);
	expect(ran.error).toContain(`${world.production}/${to} is not replicated to ${region}`);
	expect(ran.error).toContain(known);
	expect(Object.keys(ran.counts).filter((operation) => /Put|Upload/.test(operation))).toEqual([]);
});

it('takes regions only', async () => {
	const ran = await promote('there/app', 'Frankfurt');
	expect(ran.error).toContain('Input "wait-for-replication" is "Frankfurt"');
	expect(ran.counts).toEqual({});
});
