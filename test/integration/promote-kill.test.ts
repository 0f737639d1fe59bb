import { spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { BUILD, DIST, type Job, LAYOUT, logIn, PRODUCTION, REGION, startWorld, type TestWorld } from './world.ts';

const KILLS = 50;
// A copy of the demo's image takes about this long, process start included.
const LONGEST_MILLISECONDS = 300;

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
});
afterAll(() => world.close());

/** Starts a promotion as the runner would and kills it with no chance to clean up. */
function killedPromotion(to: string, afterMilliseconds: number): Promise<void> {
	const files = mkdtempSync(join(tmpdir(), 'killed-'));
	const command = (name: string) => {
		const path = join(files, name);
		writeFileSync(path, '');
		return path;
	};
	const child = spawn(process.execPath, [join(DIST, 'promote-by-digest/index.js')], {
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
	setTimeout(() => child.kill('SIGKILL'), afterMilliseconds);
	return new Promise((resolve) => child.on('close', () => resolve()));
}

/** The digest that the tag stands on, and whether everything below it is there: registries say so by serving it. */
async function tagged(repository: string): Promise<{ digest: string | undefined; whole: boolean }> {
	const check = await job.run('promote-by-digest', {
		image: `${production}/${repository}:v1`,
		'allow-tag': 'true',
		to: `${production}/${repository}`,
		tags: 'v1',
	});
	if (check.exitCode !== 0) return { digest: undefined, whole: true };
	const dry = await job.run('promote-by-digest', {
		image: `${production}/${repository}@${check.outputs.digest}`,
		to: `${production}/proof-${repository}`,
		tags: 'v1',
	});
	return { digest: check.outputs.digest, whole: dry.exitCode === 0 };
}

it(`ends right after each of ${KILLS} kills at any moment, and the tag never shows an incomplete image`, async () => {
	const digest = image.split('@')[1];
	let shown = 0;
	for (let kill = 0; kill < KILLS; kill += 1) {
		const repository = `killed-${kill}`;
		const repositories = [repository, `proof-${repository}`].map((name) => ({ name, mutability: 'IMMUTABLE' }));
		await world.ecr.seed(
			JSON.stringify({ registries: [{ account: PRODUCTION.account, region: REGION, repositories }] }),
		);
		await killedPromotion(`${production}/${repository}`, (LONGEST_MILLISECONDS * (kill + 1)) / KILLS);
		const after = await tagged(repository);
		if (after.digest !== undefined) shown += 1;
		expect(after).toEqual({ digest: after.digest === undefined ? undefined : digest, whole: true });
		const again = await job.run('promote-by-digest', { image, to: `${production}/${repository}`, tags: 'v1' });
		expect(again.errors).toEqual([]);
		expect(again.outputs.digest).toBe(digest);
	}
	// The kills reached both sides of the moment at which the tag appears, or the test proves nothing.
	expect(shown).toBeGreaterThan(0);
	expect(shown).toBeLessThan(KILLS);
}, 180_000);
