import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createContext, createRunner } from '@ecr-pipeline/core';
import { openRegistries } from '@ecr-pipeline/ecr';
import { readGraph } from '@ecr-pipeline/registry';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { BUILD, DIST, type Job, LAYOUT, logIn, PRODUCTION, REGION, startWorld, type TestWorld } from './world.ts';

const KILLS = 50;
const JITTER_MILLISECONDS = 5;

const environment = { ...process.env };
let world: TestWorld;
let job: Job;
let image: string;
let production: string;

beforeAll(async () => {
	world = await startWorld();
	production = (await world.ecr.registry(PRODUCTION.account, REGION)).host;
	job = world.job();
	await logIn(job, BUILD);
	const built = await job.run('build-push', {
		repository: 'hello',
		tags: 'v1',
		'oci-layout': LAYOUT,
		'create-repository': 'true',
	});
	image = built.outputs.image ?? '';
	await logIn(job, PRODUCTION);
	// The SDK reads the endpoint from the process, whatever the context's environment says.
	process.env.AWS_ENDPOINT_URL = job.variables.AWS_ENDPOINT_URL;
});
afterAll(async () => {
	process.env = environment;
	await world.close();
});

/** Starts a promotion as the runner would. */
function startPromotion(to: string) {
	const files = mkdtempSync(join(tmpdir(), 'killed-'));
	const command = (name: string) => {
		const path = join(files, name);
		writeFileSync(path, '');
		return path;
	};
	return spawn(process.execPath, [join(DIST, 'promote-by-digest/index.js')], {
		env: {
			...job.variables,
			GITHUB_OUTPUT: command('output'),
			GITHUB_STEP_SUMMARY: command('summary'),
			INPUT_IMAGE: image,
			INPUT_TO: to,
			INPUT_TAGS: 'v1',
		},
		stdio: 'ignore',
	});
}

/** Kills a promotion, with no chance to clean up, a moment after its request of this number has arrived. */
async function killAtRequest(number: number, to: string): Promise<{ readonly killed: boolean }> {
	const last = world.ecr.requests().at(-1)?.id ?? 0;
	const child = startPromotion(to);
	const ended = once(child, 'close');
	while (child.exitCode === null && world.ecr.requests(last).length < number) await sleep(1);
	await sleep(Math.random() * JITTER_MILLISECONDS);
	const killed = child.kill('SIGKILL');
	await ended;
	return { killed };
}

/** The digest that the tag stands on; an error when anything of the image is missing. */
async function taggedDigest(repository: string): Promise<string | undefined> {
	const context = createContext(createRunner(job.variables, () => undefined));
	const target = await (await openRegistries(context)).repository({ registry: production, repository });
	const root = (await target.manifests(['v1'])).get('v1');
	if (root === undefined) return undefined;
	const { blobs } = await readGraph(target, root);
	const present = await target.presentBlobs(blobs.map(({ digest }) => digest));
	expect(present.size).toBe(blobs.length);
	return root.digest;
}

it(`ends right after each of ${KILLS} kills at any moment, and the tag never shows an incomplete image`, async () => {
	const digest = image.split('@')[1];
	const create = (...names: readonly string[]) => {
		const repositories = names.map((name) => ({ name, mutability: 'IMMUTABLE' }));
		return world.ecr.seed(
			JSON.stringify({ registries: [{ account: PRODUCTION.account, region: REGION, repositories }] }),
		);
	};
	await create('whole');
	const requests = await world.counting(() => once(startPromotion(`${production}/whole`), 'close'));
	const total = Object.values(requests).reduce((sum, count) => sum + count, 0);
	const shown: (string | undefined)[] = [];
	for (let kill = 0; kill < KILLS; kill += 1) {
		const repository = `killed-${kill}`;
		await create(repository);
		const { killed } = await killAtRequest(1 + (kill % total), `${production}/${repository}`);
		const after = await taggedDigest(repository);
		if (killed) shown.push(after);
		expect([undefined, digest]).toContain(after);
		const again = await job.run('promote-by-digest', { image, to: `${production}/${repository}`, tags: 'v1' });
		expect(again.errors).toEqual([]);
		expect(again.outputs.digest).toBe(digest);
		expect(await taggedDigest(repository)).toBe(digest);
	}
	// Most of the processes were alive when they were killed, or the test proves little.
	expect(shown.length).toBeGreaterThan(KILLS * 0.8);
	expect(shown).toContain(undefined);
}, 300_000);
