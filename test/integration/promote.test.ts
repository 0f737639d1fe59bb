import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { BUILD, type Job, LAYOUT, logIn, PRODUCTION, REGION, startWorld, type TestWorld } from './world.ts';

// The image of the demo: an index with two platforms, each with a configuration and a layer of its own.
const BLOBS = 4;
const PLATFORMS = 2;

let world: TestWorld;
let job: Job;
let image: string;
let platform: string;
let production: string;
let build: string;
let count = 0;

beforeAll(async () => {
	world = await startWorld();
	build = (await world.ecr.registry(BUILD.account, REGION)).host;
	production = (await world.ecr.registry(PRODUCTION.account, REGION)).host;
	const pushing = world.job();
	await logIn(pushing, BUILD);
	const built = await pushing.run('build-push', {
		repository: 'hello',
		tags: 'v1',
		'oci-layout': LAYOUT,
		'create-repository': 'true',
	});
	if (built.exitCode !== 0) throw new Error(built.errors.join('\n'));
	image = built.outputs.image ?? '';
	platform = JSON.parse(built.outputs.platforms ?? '{}')['linux/arm64'];
	job = world.job();
	await logIn(job, BUILD);
	await logIn(job, PRODUCTION);
});
afterAll(() => world.close());

/** A repository that no test has used yet. */
let target: string;
beforeEach(async () => {
	count += 1;
	target = `target-${count}`;
	await createRepository(PRODUCTION.account, target, 'IMMUTABLE');
});

async function createRepository(account: string, name: string, mutability: string): Promise<void> {
	await world.ecr.seed(
		JSON.stringify({ registries: [{ account, region: REGION, repositories: [{ name, mutability }] }] }),
	);
}

const promote = (inputs: Readonly<Record<string, string>>) =>
	job.run('promote-by-digest', { image, to: `${production}/${target}`, tags: 'v1', ...inputs });
const total = (counts: Readonly<Record<string, number>>) =>
	Object.values(counts).reduce((sum, number) => sum + number, 0);

describe('promoting to another account', () => {
	it('keeps the digest, and names the image at its destination', async () => {
		const { exitCode, outputs } = await promote({});
		expect(exitCode).toBe(0);
		expect(outputs).toMatchObject({
			image: `${production}/${target}@${image.split('@')[1]}`,
			digest: image.split('@')[1],
			changed: 'true',
		});
		expect(JSON.parse(outputs.images ?? '')).toMatchObject([{ tags: { v1: 'created' } }]);
	});

	it('takes at most 4B + 4 + ⌈B/100⌉ + P + 1 requests when nothing is there', async () => {
		const counts = await world.counting(() => promote({ referrers: 'false' }));
		expect(total(counts)).toBeLessThanOrEqual(4 * BLOBS + 4 + 1 + PLATFORMS + 1);
		expect(counts['ecr:PutImage']).toBe(PLATFORMS + 1);
	});

	it('takes two requests and changes nothing when run again', async () => {
		await promote({ referrers: 'false' });
		let again: Awaited<ReturnType<typeof promote>> | undefined;
		const counts = await world.counting(async () => {
			again = await promote({ referrers: 'false' });
		});
		expect(counts).toEqual({ 'ecr:BatchGetImage': 2 });
		expect(again?.outputs).toMatchObject({ changed: 'false', 'bytes-copied': '0' });
		expect(JSON.parse(again?.outputs.images ?? '')).toMatchObject([{ tags: { v1: 'unchanged' } }]);
	});

	it('puts the tag last', async () => {
		const before = world.ecr.requests().at(-1)?.id ?? 0;
		await promote({ referrers: 'false' });
		const operations = world.ecr.requests(before).map(({ operation }) => operation);
		expect(operations.at(-1)).toBe('ecr:PutImage');
		expect(operations.lastIndexOf('v2:PutBlob')).toBeLessThan(operations.indexOf('ecr:PutImage'));
	});

	it('plans without writing anything in a dry run', async () => {
		const counts = await world.counting(() => promote({ 'dry-run': 'true' }));
		expect(Object.keys(counts).filter((operation) => /Put|Upload/.test(operation))).toEqual([]);
	});
});

describe('promoting within a registry', () => {
	it('adds a tag in three requests', async () => {
		const counts = await world.counting(() =>
			promote({ to: `${build}/hello`, tags: `retag-${count}`, referrers: 'false' }),
		);
		expect(total(counts)).toBe(3);
		expect(counts['ecr:PutImage']).toBe(1);
	});

	it('says how no byte would have to move, when mounting is off', async () => {
		await createRepository(BUILD.account, target, 'IMMUTABLE');
		const { lines, outputs } = await promote({ to: `${build}/${target}` });
		expect(Number(outputs['bytes-copied'])).toBeGreaterThan(0);
		expect(lines.filter((line) => line.startsWith('::notice'))).toEqual([
			expect.stringContaining('--name BLOB_MOUNTING --value ENABLED'),
		]);
	});

	it('mounts every blob, when mounting is on', async () => {
		await world.ecr.seed(
			JSON.stringify({
				registries: [
					{
						account: BUILD.account,
						region: REGION,
						settings: { BLOB_MOUNTING: 'ENABLED' },
						repositories: [{ name: target }],
					},
				],
			}),
		);
		const counts = await world.counting(async () => {
			const { lines, outputs } = await promote({ to: `${build}/${target}`, referrers: 'false' });
			expect(outputs).toMatchObject({ 'bytes-copied': '0', 'blobs-mounted': String(BLOBS) });
			expect(lines.filter((line) => line.startsWith('::notice'))).toEqual([]);
		});
		expect(total(counts)).toBeLessThanOrEqual(BLOBS + 4 + 1 + PLATFORMS + 1);
		await world.ecr.seed(
			JSON.stringify({
				registries: [{ account: BUILD.account, region: REGION, settings: { BLOB_MOUNTING: 'DISABLED' } }],
			}),
		);
	});

	it('refuses to promote an image onto itself', async () => {
		const { errors } = await promote({ to: `${build}/hello`, tags: '' });
		expect(errors).toEqual([expect.stringContaining('is the source, and no tags are given')]);
	});
});

describe('a tag that stands on another digest', () => {
	/** Lets v1 stand on one platform of the image. */
	async function occupy(mutability: string): Promise<void> {
		target = `occupied-${count}`;
		await createRepository(PRODUCTION.account, target, mutability);
		const { errors } = await job.run('promote-by-digest', {
			image: `${build}/hello@${platform}`,
			to: `${production}/${target}`,
			tags: 'v1',
		});
		expect(errors).toEqual([]);
	}

	it.each(['IMMUTABLE', 'MUTABLE'])(
		'is an error that names both, before anything is copied (%s)',
		async (mutability) => {
			await occupy(mutability);
			let result: Awaited<ReturnType<typeof promote>> | undefined;
			const counts = await world.counting(async () => {
				result = await promote({});
			});
			expect(result?.errors).toEqual([expect.stringContaining(image.split('@')[1] ?? '?')]);
			expect(result?.errors[0]).toContain(platform);
			expect(result?.errors[0]?.match(/pushed \d{4}-\d\d-\d\dT/g)).toHaveLength(2);
			expect(Object.keys(counts).filter((operation) => /Put|Upload/.test(operation))).toEqual([]);
		},
	);

	it('moves under if-tag-exists: move, where the repository lets it, and names the way back', async () => {
		await occupy('MUTABLE');
		const { exitCode, outputs } = await promote({ 'if-tag-exists': 'move' });
		expect(exitCode).toBe(0);
		expect(outputs['previous-digest']).toBe(platform);
	});

	it('does not move under if-tag-exists: move, where the repository forbids it', async () => {
		await occupy('IMMUTABLE');
		const { errors } = await promote({ 'if-tag-exists': 'move' });
		expect(errors).toEqual([expect.stringContaining('the repository makes this tag immutable')]);
	});
});
