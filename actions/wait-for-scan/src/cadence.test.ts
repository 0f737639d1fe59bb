import type { Clock } from '@ecr-pipeline/core';
import { describe, expect, it } from '@jest/globals';
import type { ScanPlan } from './plan.ts';
import {
	createFakeClock,
	createTestContext,
	imageManifest,
	playScans,
	type Script,
	type Seen,
} from './scan-player.fixture.ts';
import { watchManifest } from './watch.ts';
import type { World } from './world.ts';

const { digest } = imageManifest('amd64');
const ARN = 'arn:aws:ecr:eu-west-1:111122223333:repository/team/app';
// The configuration is two questions, and one more finds the manifest.
const SET_UP = 3;
const SCANS = 400;

/** Mulberry32: the same numbers in every run. */
function chance(seed: number): () => number {
	let state = seed;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
	};
}

interface Asked {
	readonly what: string;
	/** Seconds since the waiting began: when the service answered, and when the answer was there. */
	readonly served: number;
	readonly answered: number;
}

/** Puts every call on a way of some milliseconds, half of it there and half of it back. */
function onTheWay(scanning: World['scanning'], clock: Clock, latency: () => number) {
	const zero = clock.now();
	const asked: Asked[] = [];
	const seconds = (): number => (clock.now() - zero) / 1000;
	const late = async <T>(what: string, ask: () => Promise<T>): Promise<T> => {
		const way = latency();
		await clock.sleep(way / 2);
		const served = seconds();
		try {
			return await ask();
		} finally {
			await clock.sleep(way / 2);
			asked.push({ what, served, answered: seconds() });
		}
	};
	const distant: World['scanning'] = {
		page: (request, signal) => late('page', () => scanning.page(request, signal)),
		start: (one, signal) => late('start', () => scanning.start(one, signal)),
		coverage: (one, arn, signal) => late('coverage', () => scanning.coverage(one, arn, signal)),
	};
	return { distant, asked };
}

type Kind = 'basic' | 'started' | 'enhanced';
const finding = 'CVE-1';
const done: Seen = { status: 'COMPLETE', basic: [finding], completedAt: 0 };

function scriptOf(kind: Kind, duration: number): Script {
	if (kind === 'enhanced')
		return {
			scans: {
				[digest]: [
					[0, { status: 'ACTIVE', enhanced: [] }],
					[duration, { status: 'ACTIVE', enhanced: [finding] }],
				],
			},
			coverage: {
				[digest]: [
					[0, { kind: 'covered', statusCode: 'ACTIVE', reason: 'PENDING_INITIAL_SCAN' }],
					[duration, { kind: 'covered', statusCode: 'ACTIVE', reason: 'SUCCESSFUL', lastScannedAt: new Date(0) }],
				],
			},
		};
	const first: Seen = kind === 'started' ? { kind: 'no-scan' } : { status: 'PENDING', basic: [] };
	const began = Math.min(0.5, duration / 2);
	return {
		scans: {
			[digest]: [
				[0, first],
				[began, { status: 'IN_PROGRESS' }],
				[duration, done],
			],
		},
		start: () => ({ kind: 'started' }),
	};
}

async function watch(kind: Kind, duration: number, random: () => number) {
	const clock = createFakeClock();
	const { scanning } = playScans(scriptOf(kind, duration), clock);
	const { distant, asked } = onTheWay(scanning, clock, () => 20 + 230 * random());
	const { log } = createTestContext(clock, '/', 0).context;
	const deadline = clock.now() + 7_200_000;
	const stop = new AbortController().signal;
	const plan: ScanPlan = {
		start: kind === 'started' ? 'auto' : 'never',
		scanType: kind === 'enhanced' ? 'enhanced' : 'basic',
		repositoryArn: ARN,
		settle: 0,
		manual: false,
		notes: [],
	};
	const world = { scanning: distant, clock, random, log, deadline, stop };
	const outcome = await clock.play(watchManifest({ platform: 'linux/amd64', digest }, plan, world, () => undefined));
	const telling = kind === 'enhanced' ? 'coverage' : 'page';
	const noticed = asked.find(({ what, served }) => what === telling && served >= duration)?.answered ?? Number.NaN;
	return { outcome, asked, lateness: noticed - duration };
}

/** The most calls in any ten minutes. */
function busiest(asked: readonly Asked[]): number {
	return Math.max(
		...asked.map(({ served }) => asked.filter((one) => one.served >= served && one.served < served + 600).length),
	);
}

describe.each<Kind>(['basic', 'started', 'enhanced'])('%s scans of any duration', (kind) => {
	it(`are noticed in time and cheaply: ${SCANS} of them, 0.2 s to an hour, answers 20 to 250 ms on their way`, async () => {
		const random = chance(20_260_101);
		let late = { share: 0, lateness: 0, duration: 0 };
		let longest = { lateness: 0, duration: 0 };
		let most = { calls: 0, duration: 0 };
		for (let count = 0; count < SCANS; count += 1) {
			const duration = count === 0 ? 599.9 : 0.2 * 18_000 ** random();
			const { outcome, asked, lateness } = await watch(kind, duration, random);
			expect(outcome.state).toBe('complete');
			const bound = Math.min(20, Math.max(3, duration / 10));
			const calls = busiest(asked) + SET_UP;
			if (lateness / bound > late.share) late = { share: lateness / bound, lateness, duration };
			if (lateness > longest.lateness) longest = { lateness, duration };
			if (calls > most.calls) most = { calls, duration };
		}
		const text = (seconds: number): string => `${seconds.toFixed(2)} s`;
		process.stdout.write(
			`${kind}: nearest to the bound ${text(late.lateness)} after a scan of ${text(late.duration)} (${(100 * late.share).toFixed(1)} %); ` +
				`latest ${text(longest.lateness)} after ${text(longest.duration)}; most calls in ten minutes ${most.calls} (a scan of ${text(most.duration)})\n`,
		);
		expect(late.share).toBeLessThanOrEqual(1);
		expect(longest.lateness).toBeLessThanOrEqual(20);
		expect(most.calls).toBeLessThanOrEqual(60);
	}, 60_000);
});
