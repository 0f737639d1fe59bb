import { parseManifest } from '@ecr-pipeline/registry';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import {
	BUILD,
	PRODUCTION,
	plainImage,
	platformImage,
	push,
	referrerOf,
	startWorld,
	type TestImage,
	type World,
} from './promote-world.ts';

const ALL = ['linux/amd64', 'linux/arm64/v8', 'linux/arm/v7'];

let world: World;
let image: TestImage;

beforeAll(async () => {
	world = await startWorld();
	await world.create(BUILD, 'app');
	await world.create(PRODUCTION, 'one', 'two', 'three', 'four', 'five');
	image = platformImage('app', ALL, { attested: true });
	const source = await world.repository(world.build, 'app');
	await push(source, image);
	await push(source, referrerOf(image.root, 'sbom of all'));
	await push(source, referrerOf(childOf('linux/arm64'), 'sbom of arm64'));
	await push(source, referrerOf(childOf('linux/amd64'), 'sbom of amd64'));
});
afterAll(() => world.close());

function entries() {
	const parsed = parseManifest(image.root);
	return parsed.kind === 'index' ? parsed.manifests : [];
}

function childOf(platform: string) {
	const [os, architecture] = platform.split('/');
	const entry = entries().find(({ platform: one }) => one?.os === os && one?.architecture === architecture);
	const manifest = image.manifests.find(({ digest }) => digest === entry?.digest);
	if (manifest === undefined) throw new Error(`no ${platform}`);
	return manifest;
}

const promote = (platforms: string, to: string, inputs = {}) =>
	world.run({
		image: `${world.build}/app@${image.root.digest}`,
		to: `${world.production}/${to}`,
		tags: 'v1',
		platforms,
		...inputs,
	});

it('makes a new index of the platforms that are named, with their attestations, and says so', async () => {
	const ran = await promote('linux/arm64, linux/arm/v7', 'one');
	expect(ran.error).toBeUndefined();
	expect(ran.outputs.digest).not.toBe(image.root.digest);
	expect(ran.lines.filter((line) => line.startsWith('::notice'))).toEqual([
		expect.stringContaining('as the new index'),
	]);
	expect(ran.summary).toContain('its digest is that of a new index');
	const held = (await (await world.repository(world.production, 'one')).manifests(['v1'])).get('v1');
	expect(held?.digest).toBe(ran.outputs.digest);
	// The entries stand as they stood, in their order: each platform is followed by its attestation.
	const { manifests } = JSON.parse(held?.bytes.toString() ?? '') as { manifests: unknown[] };
	const before = JSON.parse(image.root.bytes.toString()) as { manifests: unknown[] };
	expect(manifests).toEqual(before.manifests.slice(2));
});

it('brings what belongs to the platforms that are kept, and leaves what belongs to the whole', async () => {
	const ran = await promote('linux/arm64', 'two');
	expect(ran.images[0]?.referrers).toEqual([
		{
			digest: referrerOf(childOf('linux/arm64'), 'sbom of arm64').root.digest,
			kind: 'application/vnd.example.sbom',
			outcome: 'copied',
		},
	]);
});

it('gives the same digest for the same platforms, in whatever order and however often', async () => {
	const first = await promote('linux/amd64,linux/arm64', 'three');
	const again = await promote('linux/arm64/v8,linux/amd64', 'three');
	expect(again.outputs).toMatchObject({ digest: first.outputs.digest, changed: false });
});

it('keeps the digest when all platforms are named', async () => {
	const ran = await promote(ALL.join(), 'four');
	expect(ran.outputs.digest).toBe(image.root.digest);
	expect(ran.lines.filter((line) => line.startsWith('::notice'))).toEqual([]);
});

it('names the platforms there are when one is not among them', async () => {
	const ran = await promote('linux/amd64,windows/amd64', 'five');
	expect(ran.error).toContain('Could not take windows/amd64 of');
	expect(ran.error).toContain('it has linux/amd64, linux/arm64/v8, linux/arm/v7');
	expect(Object.keys(ran.counts)).toEqual(['ecr:BatchGetImage']);
});

it('refuses to choose among the platforms of a single manifest', async () => {
	const { digest } = await push(await world.repository(world.build, 'app'), plainImage('single'));
	const ran = await promote('linux/amd64', 'five', { image: `${world.build}/app@${digest}` });
	expect(ran.error).toContain('it is one manifest, not an index');
});

it('refuses what is no platform before anything is asked', async () => {
	const ran = await promote('Linux', 'five');
	expect(ran.error).toContain('Input "platforms" is "Linux"');
	expect(ran.counts).toEqual({});
});
