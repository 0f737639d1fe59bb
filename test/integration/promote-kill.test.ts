import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Digest } from '@ecr-pipeline/core';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
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
import { DIST } from './world.ts';

const KILLS = 25;

let world: World;
let images: readonly TestImage[];
let count = 0;

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

/** Repositories that nothing is in yet, one for each image. */
async function targets(): Promise<string[]> {
	count += 1;
	const names = images.map((_, index) => `killed-${count}-${index}`);
	await world.create(PRODUCTION, ...names.map((name) => ({ name, mutability: 'IMMUTABLE' })));
	return names;
}

function one([name]: readonly string[]): Readonly<Record<string, string>> {
	return { image: `${world.build}/app@${images[0]?.root.digest}`, to: `${world.production}/${name}`, tags: 'v1' };
}

function list(names: readonly string[]): Readonly<Record<string, string>> {
	const entries = names.map((name, index) => ({
		image: `${world.build}/app@${images[index]?.root.digest}`,
		to: [`${world.production}/${name}`],
		tags: ['v1'],
	}));
	return { 'from-file': world.file(`list-${count}.json`, JSON.stringify({ version: 1, images: entries })) };
}

/** Starts the action as the runner would, in a process of its own. */
function start(inputs: Readonly<Record<string, string>>): ChildProcess {
	return spawn(process.execPath, [join(DIST, 'promote-by-digest/index.js')], {
		env: world.environment(inputs),
		stdio: 'ignore',
	});
}

const requested = (since: number) => world.ecr.requests(since).length;
const lastRequest = () => world.ecr.requests().at(-1)?.id ?? 0;

/** How many requests a run takes that nobody kills. */
async function requestsOf(inputs: Readonly<Record<string, string>>): Promise<number> {
	const since = lastRequest();
	const child = start(inputs);
	expect(await new Promise((resolve) => child.on('close', resolve))).toBe(0);
	return requested(since);
}

/** Kills it, with no chance to clean up, a moment after it has made so many requests. */
async function killedAfter(requests: number, inputs: Readonly<Record<string, string>>): Promise<void> {
	const since = lastRequest();
	const child = start(inputs);
	const closed = new Promise((resolve) => child.on('close', resolve));
	while (requested(since) < requests && child.exitCode === null) await wait(1);
	await wait(Math.random() * 4);
	child.kill('SIGKILL');
	await closed;
}

/** The digest that the tag stands on; an error when anything below it is missing. */
async function tagged(name: string, image: TestImage): Promise<Digest | undefined> {
	const repository = await world.repository(world.production, name);
	const held = await repository.manifests(['v1', ...image.manifests.map(({ digest }) => digest)]);
	const digest = held.get('v1')?.digest;
	if (digest === undefined) return undefined;
	for (const manifest of image.manifests) expect(held.get(manifest.digest)?.bytes.equals(manifest.bytes)).toBe(true);
	expect((await repository.presentBlobs([...image.blobs.keys()])).size).toBe(image.blobs.size);
	expect(await repository.referrers(image.root.digest)).toHaveLength(1);
	return digest;
}

it.each([
	['of one image', one, 1],
	['of a list', list, 2],
])(
	`a promotion %s ends right after each of ${KILLS} kills, and no tag shows before everything is whole`,
	async (_, inputsFor, size) => {
		const total = await requestsOf(inputsFor(await targets()));
		let before = 0;
		let after = 0;
		for (let kill = 0; kill < KILLS; kill += 1) {
			const names = await targets();
			const inputs = inputsFor(names);
			await killedAfter(Math.round((total * kill) / (KILLS - 1)), inputs);
			const used = images.slice(0, size);
			const shown = await Promise.all(used.map((image, index) => tagged(names[index] ?? '', image)));
			if (shown.every((digest) => digest === undefined)) before += 1;
			if (shown.every((digest) => digest !== undefined)) after += 1;
			// A tag of one image shows: all images of the list are whole.
			if (shown.some((digest) => digest !== undefined))
				for (const [index, { root }] of used.entries()) {
					const repository = await world.repository(world.production, names[index] ?? '');
					expect((await repository.manifests([root.digest])).size).toBe(1);
				}
			const again = await world.run(inputs);
			expect(again.error).toBeUndefined();
			expect(await Promise.all(used.map((image, index) => tagged(names[index] ?? '', image)))).toEqual(
				used.map(({ root }) => root.digest),
			);
		}
		// The kills reached both sides of the moment at which the tags appear, or the test proves nothing.
		expect(before).toBeGreaterThan(0);
		expect(after).toBeGreaterThan(0);
	},
	180_000,
);
