import { digestOf } from '@ecr-pipeline/core';
import { formatVerdict } from '@ecr-pipeline/findings';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
	BUILD,
	PRODUCTION,
	plainImage,
	platformImage,
	push,
	type RunOptions,
	startWorld,
	type World,
} from './promote-world.ts';

let world: World;
let count = 0;

beforeAll(async () => {
	world = await startWorld();
});
afterAll(() => world.close());

interface Item {
	readonly image: string;
	readonly to: readonly string[];
	readonly tags?: readonly string[];
	readonly 'verdict-file'?: string;
}

const promote = (images: readonly Item[], inputs: Readonly<Record<string, string>> = {}, options: RunOptions = {}) => {
	count += 1;
	const file = world.file(`releases-${count}.json`, JSON.stringify({ version: 1, images }));
	return world.run({ 'from-file': file, referrers: 'false', ...inputs }, options);
};

function verdictOf(image: string): string {
	return formatVerdict({
		image,
		digest: image.split('@')[1] ?? '',
		passed: true,
		policy: { uri: 'policy.yml', digest: digestOf('policy') },
		evidence: [],
		verifiedAt: Date.now(),
		verifier: { id: 'urn:test', version: '1' },
	});
}

/** A few images in a repository of the build account. */
async function images(repository: string, names: readonly string[]): Promise<string[]> {
	await world.create(BUILD, repository);
	const source = await world.repository(world.build, repository);
	return Promise.all(
		names.map(async (name) => {
			const root = await push(source, platformImage(name, ['linux/amd64', 'linux/arm64']));
			return `${source.name}@${root.digest}`;
		}),
	);
}

const WRITES = ['ecr:PutImage', 'v2:StartUpload', 'v2:FinishUpload', 'v2:MountBlob'];

describe('a release list', () => {
	it('brings many images to many places, and no tag is set before the last manifest is there', async () => {
		const [one = '', two = ''] = await images('list/app', ['one', 'two']);
		await world.create(PRODUCTION, 'list/one', 'list/two', 'list/both');
		const before = world.ecr.requests().at(-1)?.id ?? 0;
		const ran = await promote([
			{ image: one, to: [`${world.production}/list/one`, `${world.production}/list/both`], tags: ['v1'] },
			{ image: two, to: [`${world.production}/list/two`, `${world.production}/list/both`], tags: ['v2', 'latest'] },
		]);
		expect(ran.error).toBeUndefined();
		expect(ran.images.map(({ image, tags }) => [image, tags])).toEqual([
			[one.replace(`${world.build}/list/app`, `${world.production}/list/one`), { v1: 'created' }],
			[one.replace(`${world.build}/list/app`, `${world.production}/list/both`), { v1: 'created' }],
			[two.replace(`${world.build}/list/app`, `${world.production}/list/two`), { v2: 'created', latest: 'created' }],
			[two.replace(`${world.build}/list/app`, `${world.production}/list/both`), { v2: 'created', latest: 'created' }],
		]);
		// Two children and the root by digest at four places, then six tags.
		const puts = world.ecr.requests(before).filter(({ operation }) => operation === 'ecr:PutImage');
		expect(puts).toHaveLength(4 * 3 + 6);
		const writes = world.ecr.requests(before).filter(({ operation }) => WRITES.includes(operation));
		expect(writes.slice(-6).map(({ operation }) => operation)).toEqual(Array(6).fill('ecr:PutImage'));
		for (const [repository, tag, image] of [
			['list/one', 'v1', one],
			['list/both', 'v1', one],
			['list/both', 'v2', two],
			['list/both', 'latest', two],
			['list/two', 'latest', two],
		] as const) {
			const held = await (await world.repository(world.production, repository)).manifests([tag]);
			expect(held.get(tag)?.digest).toBe(image.split('@')[1]);
		}
	});

	it('asks about 500 images that exist in 16 questions, and sets their tags at the pace of the limit', async () => {
		const images = Array.from({ length: 500 }, (_, index) => plainImage(`image ${index}`));
		await world.create(BUILD, 'many');
		await world.create(PRODUCTION, 'many');
		for (const host of [world.build, world.production]) {
			const repository = await world.repository(host, 'many');
			const [first] = images;
			if (first !== undefined) await push(repository, first);
			await Promise.all(images.slice(1).map(({ root }) => repository.putManifest(root)));
		}
		let longest = 0;
		// Time stands still, so that how long the last call is held back is all the time that the limit takes.
		const clock = {
			now: () => 0,
			sleep: async (milliseconds: number) => {
				longest = Math.max(longest, milliseconds);
			},
		};
		const ran = await promote(
			images.map(({ root }, index) => ({
				image: `${world.build}/many@${root.digest}`,
				to: [`${world.production}/many`],
				tags: [`v${index}`],
			})),
			{},
			{ context: { clock } },
		);
		expect(ran.error).toBeUndefined();
		expect(ran.counts).toEqual({
			// 500 digests at the source; 500 digests and 500 tags at the destination; 100 in each question.
			'ecr:BatchGetImage': 5 + 10,
			'ecr:DescribeRepositories': 1,
			'ecr:PutImage': 500,
		});
		// Ten a second, the first ten at once.
		expect(longest).toBe(49_000);
	}, 120_000);

	it('takes one question for each side and each hundred when everything is as it should be', async () => {
		const [one = '', two = ''] = await images('list/again', ['one', 'two']);
		await world.create(PRODUCTION, 'list/again');
		const list = [one, two].map((image, index) => ({
			image,
			to: [`${world.production}/list/again`],
			tags: [`v${index}`],
		}));
		expect((await promote(list)).outputs.changed).toBe(true);
		const again = await promote(list);
		expect(again.outputs).toMatchObject({ changed: false, 'bytes-copied': 0 });
		expect(again.counts).toEqual({ 'ecr:BatchGetImage': 2 });
		expect(again.summary).toContain('Already promoted 2 images');
	});

	it('asks anew for the addresses of layers that are over by the time these are read', async () => {
		const [image = ''] = await images('list/waited', ['waited']);
		await world.create(PRODUCTION, 'list/waited');
		world.ecr.addFaults([{ operation: 'storage:GetLayer', fault: 'expired-token', times: 2 }]);
		const ran = await promote([{ image, to: [`${world.production}/list/waited`], tags: ['v1'] }]);
		world.ecr.clearFaults();
		expect(ran.error).toBeUndefined();
		expect(ran.counts['ecr:GetDownloadUrlForLayer']).toBe((ran.counts['v2:FinishUpload'] ?? 0) + 2);
	});

	it('tells all failures at once and tags nothing when one image cannot be copied', async () => {
		const [whole = '', broken = ''] = await images('list/broken', ['whole', 'broken']);
		await world.create(PRODUCTION, 'list/whole', 'list/broken');
		world.ecr.addFaults([{ operation: 'v2:FinishUpload', fault: 'error', status: 403, times: 1 }]);
		const ran = await promote([
			{ image: whole, to: [`${world.production}/list/whole`], tags: ['v1'] },
			{ image: broken, to: [`${world.production}/list/broken`], tags: ['v1'] },
		]);
		world.ecr.clearFaults();
		expect(ran.error).toMatch(/^1 of 2 failed: \n.*answered 403.* No tag of any image has been set/s);
		for (const name of ['list/whole', 'list/broken'])
			expect((await (await world.repository(world.production, name)).manifests(['v1'])).size).toBe(0);
	});

	it('names every image that is not there before a byte moves', async () => {
		const [there = ''] = await images('list/some', ['there']);
		await world.create(PRODUCTION, 'list/some');
		const absent = `${world.build}/list/some@sha256:${'a'.repeat(64)}`;
		const missing = `${world.build}/list/some@sha256:${'b'.repeat(64)}`;
		const to = [`${world.production}/list/some`];
		const ran = await promote([
			{ image: there, to, tags: ['v1'] },
			{ image: absent, to, tags: ['v2'] },
			{ image: missing, to, tags: ['v3'] },
		]);
		expect(ran.error).toContain('2 of 3 failed');
		for (const image of [absent, missing]) expect(ran.error).toContain(`There is no image ${image}`);
		expect(Object.keys(ran.counts).filter((operation) => WRITES.includes(operation))).toEqual([]);
	});

	it('refuses one tag of one repository for two images', async () => {
		const [one = '', two = ''] = await images('list/same', ['one', 'two']);
		const to = [`${world.production}/list/same`];
		const ran = await promote([
			{ image: one, to, tags: ['v1'] },
			{ image: two, to, tags: ['v1'] },
		]);
		expect(ran.error).toContain(`The tag ${world.production}/list/same:v1 is given to two images`);
		expect(ran.counts).toEqual({});
	});

	it('is asked for a verdict of each image', async () => {
		const [one = '', two = ''] = await images('list/judged', ['one', 'two']);
		await world.create(PRODUCTION, 'list/judged');
		const verdict = (image: string) => world.file(`verdict-${image.slice(-8)}.json`, verdictOf(image));
		const to = [`${world.production}/list/judged`];
		const list = (second: string) => [
			{ image: one, to, tags: ['one'], 'verdict-file': verdict(one) },
			{ image: two, to, tags: ['two'], 'verdict-file': second },
		];
		const mixedUp = await promote(list(verdict(one)));
		expect(mixedUp.error).toContain(`does not let ${two.split('@')[1]} through: it is about ${one.split('@')[1]}`);
		expect(Object.keys(mixedUp.counts).filter((operation) => WRITES.includes(operation))).toEqual([]);
		expect((await promote(list(verdict(two)))).error).toBeUndefined();
	});
});

describe('a release list that cannot be used', () => {
	const image = `r.example/app@sha256:${'0'.repeat(64)}`;

	it('is refused with every problem and its line, before anything is asked', async () => {
		const text = [
			'version: 1',
			'images:',
			'  - image: app:v1',
			'    to: [prod/app]',
			`  - image: ${image}`,
			'    to: []',
			'    tag: v1',
			`  - image: ${image}`,
			'    to: [prod/app]',
			'    tags: [a b]',
		].join('\n');
		const ran = await world.run({ 'from-file': world.file('bad.yml', text) });
		expect(ran.error).toContain('line 3: images[0].image should be [registry/]repository@sha256:…');
		expect(ran.error).toContain('line 6: images[1].to');
		expect(ran.error).toContain('there is no such key, did you mean "tags"?');
		expect(ran.error).toContain('line 10: images[2].tags[0] should be a tag');
		expect(ran.counts).toEqual({});
	});

	it.each([
		['a destination with a tag', { image, to: ['prod/app:v1'] }, 'tags go into `tags`'],
		['a destination that is none', { image, to: ['Prod/App'] }, 'which is not a repository name'],
		['a repository that is none', { image: image.replace('app', 'App'), to: ['a'] }, 'which is not a repository name'],
	])('%s', async (_, item, message) => {
		const ran = await promote([item]);
		expect(ran.error).toContain(message);
		expect(ran.error).toContain('line 1');
		expect(ran.counts).toEqual({});
	});

	it('is not taken together with the inputs of one image', async () => {
		const ran = await world.run({ 'from-file': world.file('list.yml', ''), image, to: 'prod/app', tags: 'v1' });
		for (const name of ['image', 'to', 'tags']) expect(ran.error).toContain(`Input "${name}"`);
	});

	it('that is not there is named', async () => {
		expect((await world.run({ 'from-file': 'no/such/list.yml' })).error).toContain(
			'Input "from-file" is "no/such/list.yml"',
		);
	});

	it('that is not YAML is named', async () => {
		expect((await world.run({ 'from-file': world.file('broken.yml', 'version: [1') })).error).toContain(
			'cannot be used',
		);
	});
});
