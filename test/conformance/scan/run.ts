import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Peer, type Played, type Players, play } from './play.ts';
import { readScenarios, type Scenario } from './scenario.ts';

export const SCENARIOS = join(import.meta.dirname, 'scenarios');

/** Plays scenarios, several at once, and gives the outcomes in their order. */
export async function playAll(scenarios: readonly Scenario[], players: Players, atOnce: number): Promise<Played[]> {
	const outcomes: Played[] = [];
	let next = 0;
	const worker = async (): Promise<void> => {
		for (let index = next++; index < scenarios.length; index = next++) {
			const scenario = scenarios[index];
			if (scenario !== undefined) outcomes[index] = await play(scenario, players);
		}
	};
	await Promise.all(Array.from({ length: atOnce }, worker));
	return outcomes;
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
 * `node --conditions=source test/conformance/scan/run.ts [--bundles DIR] [--only TEXT] [--at-once N] [--verbose]`, or with
 * `--peer path/to/action/index.js --inputs '{"repository":"{repository}","tag":"{tag}"}'` against another action.
 */
async function main(): Promise<void> {
	const { values } = parseArgs({
		options: {
			bundles: { type: 'string', default: join(import.meta.dirname, '..', '..', '..', 'dist') },
			peer: { type: 'string' },
			inputs: { type: 'string', default: '{}' },
			only: { type: 'string', default: '' },
			'at-once': { type: 'string', default: '8' },
			verbose: { type: 'boolean', default: false },
		},
	});
	const peer: Peer | undefined =
		values.peer === undefined ? undefined : { bundle: values.peer, inputs: JSON.parse(values.inputs) };
	const scenarios = longestFirst(readScenarios(SCENARIOS)).filter(({ name }) => name.includes(values.only));
	const began = performance.now();
	const players = { bundles: values.bundles, ...(peer === undefined ? {} : { peer }) };
	const outcomes = await playAll(scenarios, players, Number(values['at-once']));
	if (values.verbose)
		for (const { scenario, verdict, calls, seconds } of outcomes)
			console.log(
				`${verdict.padEnd(7)}${seconds.toFixed(1).padStart(6)} s ${String(calls).padStart(3)} calls  ${scenario.name}`,
			);
	console.log(report(outcomes));
	console.log(`${((performance.now() - began) / 1000).toFixed(0)} s`);
	if (outcomes.some(({ wrong }) => wrong.length > 0)) process.exitCode = 1;
}
