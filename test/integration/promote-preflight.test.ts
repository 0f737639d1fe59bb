import type { Digest } from '@ecr-pipeline/core';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
	BUILD,
	loginTo,
	OTHER_REGION,
	PRODUCTION,
	platformImage,
	push,
	REGION,
	startWorld,
	type World,
} from './promote-world.ts';

// An index of two platforms: a layer that both share, and a configuration and a layer for each.
const BLOBS = 5;

let world: World;
let digest: Digest;

beforeAll(async () => {
	world = await startWorld();
	await world.create(BUILD, 'app', 'plain', 'moved', 'cache/app', 'from-cache', {
		name: 'secret',
		encryption: { type: 'KMS', kmsKey: 'arn:aws:kms:eu-central-1:111111111111:key/1' },
	});
	await world.create(PRODUCTION, 'app', 'tagged');
	const image = platformImage('app', ['linux/amd64', 'linux/arm64']);
	digest = image.root.digest;
	for (const name of ['app', 'cache/app']) await push(await world.repository(world.build, name), image);
});
afterAll(() => world.close());

const mounting = (value: 'ENABLED' | 'DISABLED') =>
	world.ecr.seed(
		JSON.stringify({ registries: [{ account: BUILD, region: REGION, settings: { BLOB_MOUNTING: value } }] }),
	);

const plan = async (to: string, from = 'app') => {
	const ran = await world.run({ image: `${world.build}/${from}@${digest}`, to, tags: 'v1', 'dry-run': 'true' });
	expect(ran.error).toBeUndefined();
	expect(Object.keys(ran.counts).filter((operation) => /Put|Upload|Mount/.test(operation))).toEqual([]);
	return ran;
};

describe('a dry run', () => {
	it('says of a copy to another account what is streamed and why', async () => {
		const ran = await plan(`${world.production}/app`);
		const [{ bytes } = { bytes: 0 }] = ran.images.map((image) => image.plan as { bytes: number });
		expect(bytes).toBeGreaterThan(0);
		expect(ran.images).toMatchObject([
			{
				tags: { v1: 'created' },
				changed: true,
				'bytes-copied': 0,
				plan: { skipped: 0, mounted: 0, streamed: BLOBS },
				reasons: [{ why: expect.stringContaining(`account ${BUILD} is not ${PRODUCTION}`) }],
			},
		]);
		expect(ran.summary).toContain('Would promote');
		expect(ran.summary).toContain('Bytes would pass through this runner because');
		expect(ran.summary).toContain('put-replication-configuration');
	});

	it('says of a copy to another region that replication would do it', async () => {
		const other = (await world.ecr.registry(BUILD, OTHER_REGION)).host;
		await world.ecr.seed(
			JSON.stringify({ registries: [{ account: BUILD, region: OTHER_REGION, repositories: ['app'] }] }),
		);
		const ran = await world.run(
			{ image: `${world.build}/app@${digest}`, to: `${other}/app`, 'dry-run': 'true' },
			{ logins: [loginTo(world.build, BUILD), loginTo(other, BUILD, OTHER_REGION)] },
		);
		expect(ran.images[0]?.reasons).toEqual([
			{
				why: expect.stringContaining(`region ${REGION} is not ${OTHER_REGION}`),
				command: expect.stringContaining(`"region":"${OTHER_REGION}"`),
			},
		]);
	});

	it('names the setting that would let blobs be mounted, and the command that switches it on', async () => {
		const ran = await plan(`${world.build}/plain`);
		expect(ran.images).toMatchObject([{ plan: { streamed: BLOBS, mounted: 0 } }]);
		expect(ran.images[0]?.reasons).toEqual([
			{
				why: `blob mounting is off in the account ${BUILD}`,
				command: `aws ecr put-account-setting --name BLOB_MOUNTING --value ENABLED --region ${REGION}`,
			},
		]);
	});

	it('says what will be mounted when nothing stands in the way', async () => {
		await mounting('ENABLED');
		const ran = await plan(`${world.build}/plain`);
		await mounting('DISABLED');
		expect(ran.images).toMatchObject([{ plan: { skipped: 0, mounted: BLOBS, streamed: 0, bytes: 0 }, reasons: [] }]);
	});

	it('names another key', async () => {
		await mounting('ENABLED');
		const ran = await plan(`${world.build}/secret`);
		await mounting('DISABLED');
		expect(ran.images[0]?.reasons).toEqual([
			{
				why: expect.stringContaining('secret by KMS arn:aws:kms:eu-central-1:111111111111:key/1'),
				command: 'aws ecr create-repository --repository-name secret --encryption-configuration encryptionType=AES256',
			},
		]);
	});

	it('names the pull-through cache that an image comes from', async () => {
		await mounting('ENABLED');
		await world.call(PRODUCTION, 'SetRepositoryPolicy', {
			repositoryName: 'app',
			policyText: JSON.stringify({
				Version: '2012-10-17',
				Statement: [
					{
						Effect: 'Allow',
						Principal: { AWS: `arn:aws:iam::${BUILD}:root` },
						Action: ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
					},
				],
			}),
		});
		await world.call(BUILD, 'CreatePullThroughCacheRule', {
			ecrRepositoryPrefix: 'cache',
			upstreamRegistryUrl: world.production,
		});
		const ran = await plan(`${world.build}/from-cache`, 'cache/app');
		await mounting('DISABLED');
		expect(ran.images[0]?.reasons).toEqual([
			{ why: expect.stringContaining('filled by the pull-through cache rule cache') },
		]);
	});

	it('says what is there already', async () => {
		await world.run({ image: `${world.build}/app@${digest}`, to: `${world.production}/tagged`, tags: 'v1' });
		const ran = await plan(`${world.production}/tagged`);
		expect(ran.images).toMatchObject([
			{ tags: { v1: 'unchanged' }, changed: false, plan: { skipped: 0, mounted: 0, streamed: 0 }, reasons: [] },
		]);
	});
});

describe('the log', () => {
	it('names what kept blobs from being mounted, as an annotation, when bytes have moved within a registry', async () => {
		const ran = await world.run({ image: `${world.build}/app@${digest}`, to: `${world.build}/moved` });
		expect(ran.lines.filter((line) => line.startsWith('::notice'))).toEqual([
			expect.stringContaining('--name BLOB_MOUNTING --value ENABLED'),
		]);
		expect(ran.images[0]?.reasons).toHaveLength(1);
	});

	it('says it without an annotation when they have moved to another account', async () => {
		const ran = await world.run({ image: `${world.build}/app@${digest}`, to: `${world.production}/app` });
		expect(ran.lines.filter((line) => line.startsWith('::notice'))).toEqual([]);
		expect(ran.lines.join('\n')).toContain(`account ${BUILD} is not ${PRODUCTION}`);
	});
});

it('names an archived source, with the command that restores it', async () => {
	await world.create(BUILD, 'archived');
	const image = platformImage('archived', ['linux/amd64']);
	const { digest: archived } = await push(await world.repository(world.build, 'archived'), image);
	await world.call(BUILD, 'UpdateImageStorageClass', {
		repositoryName: 'archived',
		imageId: { imageDigest: archived },
		targetStorageClass: 'ARCHIVE',
	});
	const inputs = { image: `${world.build}/archived@${archived}`, to: `${world.production}/app` };
	expect((await world.run(inputs)).error).toContain(
		`aws ecr update-image-storage-class --repository-name archived --image-id imageDigest=${archived} --target-storage-class STANDARD --region ${REGION}`,
	);
	await world.call(BUILD, 'UpdateImageStorageClass', {
		repositoryName: 'archived',
		imageId: { imageDigest: archived },
		targetStorageClass: 'STANDARD',
	});
	expect((await world.run(inputs)).error).toContain('it is being restored from the archive');
});
