import type { Digest } from '@ecr-pipeline/core';
import {
	fallbackTag,
	type ImageRepository,
	manifestFromBytes,
	OCI_INDEX,
	parseManifest,
	readBlob,
} from '@ecr-pipeline/registry';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
	BUILD,
	describeManifest,
	PRODUCTION,
	plainImage,
	platformImage,
	push,
	referrerOf,
	startWorld,
	type TestImage,
	type World,
} from './promote-world.ts';

let world: World;
let source: ImageRepository;
let target: ImageRepository;
let image: TestImage;
let count = 0;

beforeAll(async () => {
	world = await startWorld();
});
afterAll(async () => {
	world.ecr.clearFaults();
	await world.close();
});

beforeEach(async () => {
	world.ecr.clearFaults();
	count += 1;
	const name = `referred/app-${count}`;
	await world.create(BUILD, name);
	await world.create(PRODUCTION, name);
	source = await world.repository(world.build, name);
	target = await world.repository(world.production, name);
	image = platformImage(`referred ${count}`, ['linux/amd64', 'linux/arm64']);
	await push(source, image);
});

const promote = (inputs: Readonly<Record<string, string>> = {}) =>
	world.run({ image: `${source.name}@${image.root.digest}`, to: target.name, tags: 'v1', ...inputs });

const outcomes = (ran: Awaited<ReturnType<typeof promote>>) =>
	((ran.images[0]?.referrers ?? []) as { outcome: string }[]).map(({ outcome }) => outcome);

/** Lets a fallback tag list referrers, as a client writes it for a registry without the referrers API. */
async function writeFallback(
	repository: ImageRepository,
	subject: Digest,
	referrers: readonly TestImage[],
): Promise<void> {
	const manifests = referrers.map(({ root }) =>
		describeManifest(root, { artifactType: 'application/vnd.example.sbom' }),
	);
	const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests }));
	await repository.putManifest(manifestFromBytes(bytes, OCI_INDEX), fallbackTag(subject));
}

async function fallbackOf(repository: ImageRepository, subject: Digest): Promise<string[]> {
	const tag = fallbackTag(subject);
	const index = (await repository.manifests([tag])).get(tag);
	const parsed = index === undefined ? undefined : parseManifest(index);
	return parsed?.kind === 'index' ? parsed.manifests.map(({ digest }) => digest) : [];
}

describe('referrers', () => {
	it('that would come along to an image that is there already are a change, in a dry run too', async () => {
		await promote();
		await push(source, referrerOf(image.root, 'signed later'));
		const planned = await promote({ 'dry-run': 'true' });
		expect([outcomes(planned), planned.outputs.changed]).toEqual([['planned'], true]);
		expect((await promote()).outputs.changed).toBe(true);
		expect((await promote({ 'dry-run': 'true' })).outputs.changed).toBe(false);
	});

	it('of the index, of its children, and of each other come along, byte for byte', async () => {
		const [child] = image.manifests;
		if (child === undefined) throw new Error('no child');
		const ofIndex = referrerOf(image.root, 'of the index');
		const ofChild = referrerOf(child, 'of a child');
		const ofReferrer = referrerOf(ofChild.root, 'signature of the sbom');
		for (const one of [ofIndex, ofChild, ofReferrer]) await push(source, one);
		const ran = await promote();
		expect(ran.error).toBeUndefined();
		expect(outcomes(ran)).toEqual(['copied', 'copied', 'copied']);
		for (const { root } of [ofIndex, ofChild, ofReferrer])
			expect((await target.manifests([root.digest])).get(root.digest)?.bytes.equals(root.bytes)).toBe(true);
		expect(await target.referrers(ofChild.root.digest)).toHaveLength(1);
		expect(outcomes(await promote())).toEqual(['unchanged', 'unchanged', 'unchanged']);
	});

	it('are read to the last page', async () => {
		const all = Array.from({ length: 120 }, (_, index) => referrerOf(image.root, `number ${index}`));
		const [first] = all;
		if (first !== undefined) await push(source, first);
		for (const one of all.slice(1)) await push(source, one);
		// 120 puts at ten a second are not what is tested here.
		const ran = await world.run(
			{ image: `${source.name}@${image.root.digest}`, to: target.name, tags: 'v1' },
			{ context: { clock: { now: () => Date.now(), sleep: async () => undefined } } },
		);
		expect(outcomes(ran)).toHaveLength(120);
		// Three pages for the index, one for each child, one for each referrer, and one at the destination.
		expect(ran.counts['ecr:ListImageReferrers']).toBe(3 + 2 + 120 + 1);
		expect(await target.referrers(image.root.digest)).toHaveLength(120);
	});

	it('are looked for in at most P + 3 requests when there are none', async () => {
		const without = await promote({ referrers: 'false', 'dry-run': 'true' });
		const looked = await promote({ 'dry-run': 'true' });
		const total = (counts: Readonly<Record<string, number>>) =>
			Object.values(counts).reduce((sum, one) => sum + one, 0);
		expect(total(looked.counts) - total(without.counts)).toBeLessThanOrEqual(2 + 3);
	});

	it('stand before the tag', async () => {
		const referrer = await push(source, referrerOf(image.root, 'sbom'));
		world.ecr.addFaults([
			{ operation: 'ecr:PutImage', fault: 'error', code: 'InvalidParameterException', skip: 3, times: 1 },
		]);
		const ran = await promote();
		expect(ran.error).toContain(`did not take the referrer ${referrer.digest}`);
		expect((await target.manifests(['v1'])).size).toBe(0);
	});

	it('are named for what they are when the registry does not take them', async () => {
		await push(source, referrerOf(image.root, 'sbom'));
		world.ecr.addFaults([
			{ operation: 'ecr:PutImage', fault: 'error', code: 'InvalidParameterException', skip: 3, times: 1 },
		]);
		const ran = await promote({ 'on-referrer-error': 'warn' });
		expect(ran.error).toBeUndefined();
		expect(ran.lines.filter((line) => line.startsWith('::warning'))).toEqual([
			expect.stringContaining(
				'does not take manifests of this kind, whoever pushes them (aws/containers-roadmap#2783)',
			),
		]);
		expect(ran.images[0]).toMatchObject({ tags: { v1: 'created' }, referrers: [{ outcome: 'failed' }] });
	});
});

describe("cosign's tags", () => {
	it('come along under their names', async () => {
		const signature = await push(source, plainImage('signature'), `${fallbackTag(image.root.digest)}.sig`);
		const ran = await promote();
		expect(ran.images[0]?.referrers).toEqual([{ digest: signature.digest, kind: 'cosign sig', outcome: 'copied' }]);
		const tag = `${fallbackTag(image.root.digest)}.sig`;
		expect((await target.manifests([tag])).get(tag)?.digest).toBe(signature.digest);
	});
});

describe('a fallback tag', () => {
	it('is merged into what the destination has, and does not replace it', async () => {
		const ours = referrerOf(image.root, 'ours');
		const theirs = referrerOf(image.root, 'theirs');
		await push(source, ours);
		await writeFallback(source, image.root.digest, [ours]);
		await promote({ referrers: 'false', tags: 'before' });
		await push(target, theirs);
		await writeFallback(target, image.root.digest, [theirs]);
		const ran = await promote();
		expect(ran.error).toBeUndefined();
		expect(await fallbackOf(target, image.root.digest)).toEqual([theirs.root.digest, ours.root.digest]);
		expect(outcomes(ran)).toEqual(['copied', 'copied']);
		expect(outcomes(await promote())).toEqual(['unchanged', 'unchanged']);
		expect(await fallbackOf(target, image.root.digest)).toEqual([theirs.root.digest, ours.root.digest]);
	});

	it('that stands on the image itself lists nothing', async () => {
		await source.putManifest(image.root, fallbackTag(image.root.digest));
		expect(outcomes(await promote())).toEqual([]);
	});

	it('does not make a stranger of what refers to something else', async () => {
		const stranger = plainImage('stranger');
		await push(source, stranger);
		await writeFallback(source, image.root.digest, [stranger]);
		expect(outcomes(await promote())).toEqual([]);
		expect((await target.manifests([stranger.root.digest])).size).toBe(0);
	});

	it('that cannot move is named, with the filter that lets it', async () => {
		const ours = referrerOf(image.root, 'ours');
		const theirs = referrerOf(image.root, 'theirs');
		await push(source, ours);
		await writeFallback(source, image.root.digest, [ours]);
		await promote({ referrers: 'false', tags: 'before' });
		await push(target, theirs);
		await writeFallback(target, image.root.digest, [theirs]);
		await world.create(PRODUCTION, { name: target.repository, mutability: 'IMMUTABLE' });
		expect((await promote()).error).toContain('exclude `sha256-*` from the immutability of the repository');
		await world.create(PRODUCTION, {
			name: target.repository,
			mutability: 'IMMUTABLE_WITH_EXCLUSION',
			exclusionFilters: ['sha256-*'],
		});
		expect((await promote()).error).toBeUndefined();
	});
});

describe('a referrer that the source lists and does not have', () => {
	it('is a failure of this referrer, with the policy for it', async () => {
		const ghost = referrerOf(image.root, 'ghost');
		world.ecr.advance(600);
		world.ecr.addFaults([{ operation: 'ecr:BatchGetImage', fault: 'lag', account: BUILD, seconds: 300 }]);
		await push(source, ghost);
		const failed = await promote();
		expect(failed.error).toContain(`did not take the referrer ${ghost.root.digest}`);
		expect(failed.error).toContain(`${source.name} lists it and does not have it`);
		expect((await target.manifests(['v1'])).size).toBe(0);
		const warned = await promote({ 'on-referrer-error': 'warn' });
		expect(warned.error).toBeUndefined();
		expect(outcomes(warned)).toEqual(['failed']);
	});
});

describe('attach-record', () => {
	it('leaves on the image where it came from, by which run and on whose word', async () => {
		const ran = await world.run(
			{ image: `${source.name}@${image.root.digest}`, to: target.name, tags: 'v1', 'attach-record': 'true' },
			{ env: { GITHUB_SERVER_URL: 'https://github.example', GITHUB_REPOSITORY: 'o/r', GITHUB_RUN_ID: '7' } },
		);
		expect(ran.error).toBeUndefined();
		const [record] = (await target.referrers(image.root.digest)) ?? [];
		expect(ran.images[0]?.record).toBe(record?.digest);
		const manifest = (await target.manifests([record?.digest ?? ''])).get(record?.digest ?? '');
		const parsed = manifest === undefined ? undefined : parseManifest(manifest);
		const [layer] = parsed?.kind === 'image' ? parsed.layers : [];
		if (layer === undefined) throw new Error('no record');
		expect(JSON.parse((await readBlob(target, layer)).toString())).toMatchObject({
			_type: 'https://in-toto.io/Statement/v1',
			subject: [{ name: `${target.name}@${image.root.digest}`, digest: { sha256: image.root.digest.slice(7) } }],
			predicate: {
				from: `${source.name}@${image.root.digest}`,
				to: `${target.name}@${image.root.digest}`,
				tags: ['v1'],
				run: 'https://github.example/o/r/actions/runs/7/attempts/1',
			},
		});
	});

	it('leaves nothing when nothing has changed', async () => {
		await promote({ 'attach-record': 'true' });
		const again = await promote({ 'attach-record': 'true' });
		expect(again.outputs.changed).toBe(false);
		expect(await target.referrers(image.root.digest)).toHaveLength(1);
	});
});
