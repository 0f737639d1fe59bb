import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BUILD, type Job, LAYOUT, logIn, PRODUCTION, REGION, startWorld, type TestWorld } from './world.ts';

let world: TestWorld;
let job: Job;
let image: string;
let production: string;
let count = 0;

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

/** Makes exactly this go wrong from now on; nothing, when no rule is given. */
async function setFaults(...rules: readonly object[]): Promise<void> {
	await fetch(`${world.ecr.url}/_local/faults`, { method: 'DELETE' });
	await fetch(`${world.ecr.url}/_local/faults`, { method: 'POST', body: JSON.stringify({ faults: rules }) });
}

async function struck(): Promise<number> {
	const rules = (await (await fetch(`${world.ecr.url}/_local/faults`)).json()) as readonly {
		readonly struck: number;
	}[];
	return rules.reduce((sum, rule) => sum + rule.struck, 0);
}

const OPERATIONS = [
	'ecr:BatchGetImage',
	'ecr:DescribeRepositories',
	'ecr:BatchCheckLayerAvailability',
	'ecr:GetDownloadUrlForLayer',
	'storage:GetLayer',
	'v2:StartUpload',
	'v2:FinishUpload',
	'ecr:PutImage',
] as const;

const FAULTS = [
	{ name: '429', fault: 'throttle', retryAfterSeconds: 0 },
	{ name: '500', fault: 'error', status: 500 },
	{ name: '503', fault: 'error', status: 503 },
	{ name: 'a reset connection', fault: 'reset' },
	{ name: 'a body cut short', fault: 'truncate' },
	{ name: 'a slow body', fault: 'slow', bytesPerSecond: 16_384 },
	{ name: 'wrong bytes', fault: 'wrong-bytes' },
] as const;

// What passes by itself must not fail a promotion.
const PASSING = new Set<string>(['429', '500', '503', 'a reset connection', 'a slow body']);

describe.each(FAULTS)('$name, once, in a promotion', ({ name, ...fault }) => {
	it.each(OPERATIONS)('on %s: ends right, or with an error and no tag', async (operation) => {
		count += 1;
		const repository = `target-${count}`;
		await world.ecr.seed(
			JSON.stringify({
				registries: [
					{
						account: PRODUCTION.account,
						region: REGION,
						repositories: [{ name: repository, mutability: 'IMMUTABLE' }],
					},
				],
			}),
		);
		await setFaults({ operation, times: 1, ...fault });
		const result = await job.run('promote-by-digest', {
			image,
			to: `${production}/${repository}`,
			tags: 'v1',
			referrers: 'false',
		});
		const hits = await struck();
		await setFaults();
		const shown = await job.run('promote-by-digest', {
			image: `${production}/${repository}:v1`,
			'allow-tag': 'true',
			to: `${production}/${repository}`,
			tags: 'v1',
		});

		expect(hits).toBe(1);
		if (PASSING.has(name)) expect(result.errors).toEqual([]);
		if (result.exitCode === 0) expect(shown.outputs.digest).toBe(image.split('@')[1]);
		else {
			expect(result.errors).toHaveLength(1);
			expect(shown.errors[0]).toContain('There is no image');
		}
		const again = await job.run('promote-by-digest', { image, to: `${production}/${repository}`, tags: 'v1' });
		expect(again.errors).toEqual([]);
		expect(again.outputs.digest).toBe(image.split('@')[1]);
	});
});
