import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
	BUILD,
	PRODUCTION,
	platformImage,
	push,
	referrerOf,
	startWorld,
	type TestImage,
	type World,
} from './promote-world.ts';

let world: World;
let images: readonly TestImage[];
let count = 0;
// Neither rate limits nor pauses are what is tested here.
const clock = { now: () => Date.now(), sleep: async () => undefined };

beforeAll(async () => {
	world = await startWorld();
	await world.create(BUILD, 'app');
	const source = await world.repository(world.build, 'app');
	images = [platformImage('one', ['linux/amd64', 'linux/arm64']), platformImage('two', ['linux/amd64'])];
	for (const image of images) {
		await push(source, image);
		await push(source, referrerOf(image.root, 'sbom'));
	}
});
afterAll(() => world.close());

const OPERATIONS = [
	'ecr:BatchGetImage',
	'ecr:ListImageReferrers',
	'ecr:DescribeRepositories',
	'ecr:BatchCheckLayerAvailability',
	'ecr:GetDownloadUrlForLayer',
	'storage:GetLayer',
	'v2:StartUpload',
	'v2:FinishUpload',
	'ecr:PutImage',
] as const;

const FAULTS = [
	{ name: '429', passes: true, rule: { fault: 'throttle', retryAfterSeconds: 0 } },
	{ name: '500', passes: true, rule: { fault: 'error', status: 500 } },
	{ name: '503', passes: true, rule: { fault: 'error', status: 503 } },
	{ name: 'a reset connection', passes: true, rule: { fault: 'reset' } },
	{ name: 'a body cut short', passes: false, rule: { fault: 'truncate' } },
	{ name: 'a slow body', passes: true, rule: { fault: 'slow', bytesPerSecond: 4096 } },
	{ name: 'wrong bytes', passes: false, rule: { fault: 'wrong-bytes' } },
] as const;

describe.each(FAULTS)('$name, once, in the promotion of a list with referrers', ({ passes, rule }) => {
	it.each(OPERATIONS)('on %s: ends right, or with an error and no tag at all', async (operation) => {
		count += 1;
		const names = images.map((_, index) => `target-${count}-${index}`);
		await world.create(PRODUCTION, ...names.map((name) => ({ name, mutability: 'IMMUTABLE' })));
		const list = images.map(({ root }, index) => ({
			image: `${world.build}/app@${root.digest}`,
			to: [`${world.production}/${names[index]}`],
			tags: ['v1'],
		}));
		const inputs = { 'from-file': world.file(`list-${count}.json`, JSON.stringify({ version: 1, images: list })) };
		const tags = async () =>
			Promise.all(
				names.map(async (name) => {
					const repository = await world.repository(world.production, name);
					return (await repository.manifests(['v1'])).get('v1')?.digest;
				}),
			);
		const digests = images.map(({ root }) => root.digest);

		world.ecr.addFaults([{ operation, times: 1, ...rule }]);
		const ran = await world.run(inputs, { context: { clock } });
		const struck = world.ecr.requests().filter(({ faults = [] }) => faults.length > 0).length;
		world.ecr.clearFaults();
		world.ecr.clearRequests();

		expect(struck).toBe(1);
		if (passes) expect(ran.error).toBeUndefined();
		expect(await tags()).toEqual(ran.error === undefined ? digests : names.map(() => undefined));
		expect((await world.run(inputs, { context: { clock } })).error).toBeUndefined();
		expect(await tags()).toEqual(digests);
		for (const [index, name] of names.entries()) {
			const referrers = await (await world.repository(world.production, name)).referrers(digests[index] ?? fail());
			expect(referrers).toHaveLength(1);
		}
	});
});

function fail(): never {
	throw new Error('no digest');
}
