import { Readable } from 'node:stream';
import type { ImageRepository } from '@ecr-pipeline/registry';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BUILD, PRODUCTION, platformImage, push, REGION, startWorld, type World } from './promote-world.ts';

const image = platformImage('counted', ['linux/amd64', 'linux/arm64']);
const B = image.blobs.size;
const P = 2;
const batches = Math.ceil(B / 100);

let world: World;
let source: ImageRepository;
let count = 0;

beforeAll(async () => {
	world = await startWorld({
		registries: [{ account: BUILD, region: REGION, settings: { BLOB_MOUNTING: 'ENABLED' }, repositories: ['app'] }],
	});
	source = await world.repository(world.build, 'app');
	await push(source, image);
});
afterAll(() => world.close());

async function fresh(account: string): Promise<ImageRepository> {
	count += 1;
	await world.create(account, { name: `target-${count}`, mutability: 'IMMUTABLE' });
	return world.repository(account === BUILD ? world.build : world.production, `target-${count}`);
}

/** Requests of the step, without the token of each registry that a login step before it would have left. */
async function requests(to: string, inputs: Readonly<Record<string, string>>): Promise<number> {
	const ran = await world.run({ image: `${source.name}@${image.root.digest}`, to, tags: 'v1', ...inputs });
	expect(ran.error).toBeUndefined();
	const counted = Object.entries(ran.counts).filter(([operation]) => operation !== 'ecr:GetAuthorizationToken');
	return counted.reduce((sum, [, times]) => sum + times, 0);
}

// None of these images has referrers: looking for them may take P + 3 more.
describe.each([
	{ referrers: 'false', more: 0 },
	{ referrers: 'true', more: P + 3 },
])('with referrers: $referrers a promotion takes at most', ({ referrers, more }) => {
	it('4B + 4 + ⌈B/100⌉ + P + 1 requests when nothing is there', async () => {
		const target = await fresh(PRODUCTION);
		expect(await requests(target.name, { referrers })).toBeLessThanOrEqual(4 * B + 4 + batches + P + 1 + more);
	});

	it('B + 4 + ⌈B/100⌉ + P + 1 requests when blobs are mounted', async () => {
		const target = await fresh(BUILD);
		expect(await requests(target.name, { referrers })).toBeLessThanOrEqual(B + 4 + batches + P + 1 + more);
	});

	it('4 + ⌈B/100⌉ + P + 1 requests when all blobs are there', async () => {
		const target = await fresh(PRODUCTION);
		for (const [digest, bytes] of image.blobs)
			await target.putBlob(
				{ mediaType: '', digest, size: bytes.length },
				{ source: 'test', expectUpload: true, locate: async () => async () => Readable.from([bytes]) },
			);
		expect(await requests(target.name, { referrers })).toBeLessThanOrEqual(4 + batches + P + 1 + more);
	});

	it('2 requests when it is run again', async () => {
		const target = await fresh(PRODUCTION);
		await requests(target.name, { referrers });
		expect(await requests(target.name, { referrers })).toBeLessThanOrEqual(2 + more);
	});

	it('3 requests for a new tag in the same repository', async () => {
		count += 1;
		expect(await requests(source.name, { referrers, tags: `new-${count}` })).toBeLessThanOrEqual(3 + more);
	});
});

it('sets no tag at either of two destinations before the image is whole at both', async () => {
	const [one, two] = [await fresh(PRODUCTION), await fresh(PRODUCTION)];
	const before = world.ecr.requests().at(-1)?.id ?? 0;
	await requests(`${one.name}\n${two.name}`, { referrers: 'false' });
	const puts = world.ecr
		.requests(before)
		.filter(({ operation }) => operation === 'ecr:PutImage')
		.map(({ repository }) => repository);
	// Two children and the root at each, then a tag at each.
	expect(puts).toHaveLength(2 * (P + 1) + 2);
	expect(puts.slice(-2).sort()).toEqual([one.repository, two.repository].sort());
	for (const { repository } of [one, two])
		expect(puts.slice(0, -2).filter((name) => name === repository)).toHaveLength(P + 1);
});
