import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Peer, peerIn } from './peers.ts';
import { type Played, play } from './play.ts';
import { readScenarios, type Scenario } from './scenario.ts';
import { wishOf } from './wish.ts';

export const SCENARIOS = join(import.meta.dirname, 'scenarios');
const DIST = join(import.meta.dirname, '..', '..', '..', 'dist');

/** Plays scenarios, several at once, and gives the outcomes in their order. */
export function playAll(scenarios: readonly Scenario[], bundles: string, atOnce: number): Promise<Played[]> {
	return severalAtOnce(scenarios, atOnce, (scenario) => play(scenario, { bundles }));
}

export interface PeerRun {
	readonly outcomes: readonly Played[];
	/** Why scenarios were not for this action, and how many for each reason. */
	readonly leftOut: ReadonlyMap<string, number>;
}

/** Plays those scenarios with another action that ask for nothing but what it has. */
export async function playAllWith(peer: Peer, scenarios: readonly Scenario[], atOnce: number): Promise<PeerRun> {
	const leftOut = new Map<string, number>();
	const wishes = scenarios.flatMap((scenario) => {
		const wish = wishOf(scenario, peer.kinds);
		if (typeof wish !== 'string') return [{ scenario, wish }];
		leftOut.set(wish, (leftOut.get(wish) ?? 0) + 1);
		return [];
	});
	const outcomes = await severalAtOnce(wishes, atOnce, ({ scenario, wish }) =>
		play(scenario, { bundles: DIST, peer: { action: peer, wish } }),
	);
	return { outcomes, leftOut };
}

/** What is said of a run: the counts first, then everything that was wrong. */
export function report(outcomes: readonly Played[]): string {
	const wrong = outcomes.filter((outcome) => outcome.wrong.length > 0);
	const calls = outcomes.filter(({ scenario }) => scenario.wait !== false).map((outcome) => outcome.calls);
	const sorted = [...calls].sort((one, other) => one - other);
	return [
		`${outcomes.length} scenarios, ${wrong.length} wrong verdicts, ${outcomes.filter(({ falseGreen }) => falseGreen).length} false greens`,
		`calls per wait: median ${sorted[Math.floor(sorted.length / 2)] ?? 0}, most ${sorted.at(-1) ?? 0}`,
		...wrong.map(({ scenario, wrong: what }) => `- ${scenario.name} (${scenario.why}): ${what.join('; ')}`),
	].join('\n');
}

/** Scenarios that wait the longest are begun first, so that the run ends with the short ones. */
export function longestFirst(scenarios: readonly Scenario[]): Scenario[] {
	const waits = ({ wait }: Scenario): number =>
		wait === undefined || wait === false ? 0 : Number(wait['timeout-seconds'] ?? 0);
	return [...scenarios].sort((one, other) => waits(other) - waits(one));
}

if (process.argv[1] === import.meta.filename) await main();

/**
 * `npm run conformance:scan -- [--bundles DIR] [--peer DIR] [--only TEXT] [--at-once N] [--verbose]`; a peer is the folder
 * of another action, checked out at the commit that is meant.
 */
async function main(): Promise<void> {
	const { values } = parseArgs({
		options: {
			bundles: { type: 'string', default: DIST },
			peer: { type: 'string' },
			only: { type: 'string', default: '' },
			'at-once': { type: 'string', default: '8' },
			verbose: { type: 'boolean', default: false },
		},
	});
	const scenarios = longestFirst(readScenarios(SCENARIOS)).filter(({ name }) => name.includes(values.only));
	const atOnce = Number(values['at-once']);
	const began = performance.now();
	const outcomes =
		values.peer === undefined
			? await playAll(scenarios, values.bundles, atOnce)
			: await runPeer(peerIn(values.peer), scenarios, atOnce);
	if (values.verbose)
		for (const { scenario, verdict, calls, seconds } of outcomes)
			console.log(
				`${verdict.padEnd(7)}${seconds.toFixed(1).padStart(6)} s ${String(calls).padStart(3)} calls  ${scenario.name}`,
			);
	console.log(report(outcomes));
	console.log(`${((performance.now() - began) / 1000).toFixed(0)} s`);
	if (outcomes.some(({ wrong }) => wrong.length > 0)) process.exitCode = 1;
}

async function runPeer(peer: Peer, scenarios: readonly Scenario[], atOnce: number): Promise<readonly Played[]> {
	peer.prepare?.();
	const { outcomes, leftOut } = await playAllWith(peer, scenarios, atOnce);
	const falseRed = outcomes.filter(({ verdict, scenario }) => scenario.verdict === 'pass' && verdict !== 'pass');
	const hanging = outcomes.filter(({ verdict }) => verdict === 'hangs');
	console.log(`${peer.name}: ${outcomes.length} of ${scenarios.length} scenarios`);
	for (const [reason, count] of leftOut) console.log(`  not for it: ${count} with ${reason}`);
	console.log(`  ${falseRed.length} false reds, ${hanging.length} that never end`);
	return outcomes;
}

async function severalAtOnce<T>(
	items: readonly T[],
	atOnce: number,
	work: (item: T) => Promise<Played>,
): Promise<Played[]> {
	const outcomes: Played[] = [];
	let next = 0;
	const worker = async (): Promise<void> => {
		for (let index = next++; index < items.length; index = next++) {
			const item = items[index];
			if (item !== undefined) outcomes[index] = await work(item);
		}
	};
	await Promise.all(Array.from({ length: atOnce }, worker));
	return outcomes;
}
