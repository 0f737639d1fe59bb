import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
// @ts-expect-error plain JavaScript, so that the demo can run it without an install
import { createJob } from '../../../scripts/runner.mjs';
import type { Peer } from './peers.ts';
import { type PeerOutcome, playPeer } from './play-peer.ts';
import type { RightVerdict, Scenario } from './scenario.ts';
import { REPOSITORY, type Stage, setStage } from './stage.ts';
import type { Wish } from './wish.ts';

interface StepResult {
	readonly exitCode: number;
	readonly lines: readonly string[];
	readonly outputs: Readonly<Record<string, string>>;
	readonly summary: string;
	readonly errors: readonly string[];
}

export interface Played {
	readonly scenario: Scenario;
	readonly verdict: RightVerdict | PeerOutcome['verdict'];
	/** Everything in which it differs from what is right. */
	readonly wrong: readonly string[];
	readonly falseGreen: boolean;
	/** Calls of AWS's APIs while waiting, but for the login. */
	readonly calls: number;
	readonly seconds: number;
}

export interface Players {
	/** The folder of wait-for-scan/ and gate-on-findings/. */
	readonly bundles: string;
	readonly peer?: { readonly action: Peer; readonly wish: Wish };
}

/** Plays one scenario with the bundles, as GitHub's runner would run them. */
export async function play(scenario: Scenario, { bundles, peer }: Players): Promise<Played> {
	const began = performance.now();
	const stage = await setStage(scenario);
	const directory = mkdtempSync(join(tmpdir(), 'scan-scenario-'));
	try {
		const job = openJob(directory, stage, scenario);
		const outcome =
			peer === undefined
				? await playOurs(scenario, stage, job, bundles)
				: await playOther(peer.action, peer.wish, scenario, stage, job);
		const { calls } = outcome;
		const wrong = [...outcome.wrong, ...(peer === undefined ? tooManyCalls(scenario, calls) : [])];
		return {
			scenario,
			verdict: outcome.verdict,
			wrong,
			falseGreen: outcome.verdict === 'pass' && scenario.verdict !== 'pass',
			calls,
			seconds: (performance.now() - began) / 1000,
		};
	} finally {
		await stage.close();
		rmSync(directory, { recursive: true, force: true });
	}
}

interface Job {
	readonly variables: Readonly<Record<string, string>>;
	readonly temporary: string;
	step(distribution: string, name: string, inputs: Readonly<Record<string, string>>): Promise<StepResult>;
}

function openJob(directory: string, { ecr, proxy, digest, registry }: Stage, scenario: Scenario): Job {
	const workspace = join(directory, 'workspace');
	const policy = scenario.policy === undefined ? {} : { '.github/image-policy.yml': scenario.policy };
	for (const [name, content] of Object.entries({ ...policy, ...scenario.files })) {
		const text = typeof content === 'string' ? content : JSON.stringify(content);
		mkdirSync(dirname(join(workspace, name)), { recursive: true });
		writeFileSync(join(workspace, name), filledIn(text, { digest, registry, repository: REPOSITORY, tag: 'v1' }));
	}
	mkdirSync(join(directory, 'docker'), { recursive: true });
	return createJob({
		directory,
		env: {
			PATH: process.env.PATH ?? '',
			HOME: directory,
			DOCKER_CONFIG: join(directory, 'docker'),
			...ecr.environment(),
			AWS_ENDPOINT_URL: proxy.url,
			GITHUB_WORKSPACE: workspace,
			GITHUB_REPOSITORY: 'octo-org/hello',
		},
	});
}

interface Outcome {
	readonly verdict: Played['verdict'];
	readonly wrong: readonly string[];
	readonly calls: number;
}

function callsSoFar({ proxy }: Stage): number {
	return proxy.asked().filter((operation) => operation !== 'GetAuthorizationToken').length;
}

async function playOurs(scenario: Scenario, stage: Stage, job: Job, bundles: string): Promise<Outcome> {
	const image = `${stage.registry}/${REPOSITORY}@${stage.digest}`;
	const waited =
		scenario.wait === false
			? undefined
			: await job.step(bundles, 'wait-for-scan', { image, 'timeout-seconds': '30', ...scenario.wait });
	const calls = callsSoFar(stage);
	// The gate is run after a failed wait too, as a step with `if: always()` would be: it must not pass then.
	const gated = await job.step(bundles, 'gate-on-findings', scenario.gate ?? {});
	const verdict = verdictOf(waited, gated);
	const steps = waited === undefined ? [gated] : [waited, gated];
	return {
		verdict,
		calls,
		wrong: [
			...(verdict === scenario.verdict ? [] : [`${verdict} instead of ${scenario.verdict}`, ...lastWords(steps)]),
			...(waited !== undefined && waited.exitCode !== 0 && gated.exitCode === 0
				? ['the gate passed after a failed wait']
				: []),
			...unsaid(scenario, steps),
			...otherNumbers(scenario, gated),
			...harm(steps, gated, job),
		],
	};
}

function verdictOf(waited: StepResult | undefined, gated: StepResult): RightVerdict {
	if (waited !== undefined && waited.exitCode !== 0) return gated.exitCode === 0 ? 'pass' : 'refuse';
	if (gated.exitCode === 0) return 'pass';
	return gated.outputs.verdict === 'failed' ? 'block' : 'refuse';
}

async function playOther(action: Peer, wish: Wish, scenario: Scenario, stage: Stage, job: Job): Promise<Outcome> {
	const { digest, proxy } = stage;
	const place = { repository: REPOSITORY, tag: 'v1', digest, region: job.variables.AWS_REGION ?? '', url: proxy.url };
	const { verdict, lastWords } = await playPeer(action, place, wish, job.temporary, job.variables);
	const right = (scenario.verdict === 'pass') === (verdict === 'pass') && verdict !== 'hangs';
	return {
		verdict,
		calls: callsSoFar(stage),
		wrong: right ? [] : [`${verdict} instead of ${scenario.verdict}: ${lastWords}`],
	};
}

function filledIn(text: string, values: Readonly<Record<string, string>>): string {
	return text.replace(/\{(digest|registry|repository|tag)\}/g, (_, name: string) => values[name] ?? '');
}

function lastWords(steps: readonly StepResult[]): string[] {
	return steps.flatMap(({ errors, lines }) => (errors.length > 0 ? errors : lines.slice(-2)));
}

function reportOf({ outputs }: StepResult): string {
	const file = outputs['report-file'];
	return file === undefined || file === '' ? '' : readFileSync(file, 'utf8');
}

function unsaid({ says = [] }: Scenario, steps: readonly StepResult[]): string[] {
	const said = steps
		.flatMap((step) => [...step.lines, ...step.errors, step.summary, reportOf(step)])
		.join('\n')
		.toLowerCase();
	return says.filter((text) => !said.includes(text.toLowerCase())).map((text) => `it does not say "${text}"`);
}

function otherNumbers({ classes = {}, counts = {} }: Scenario, { outputs }: StepResult): string[] {
	if (outputs.result === undefined) return [];
	const result = JSON.parse(outputs.result) as Record<'classes' | 'counts', Record<string, number>>;
	const total = Object.values(result.classes).reduce((sum, count) => sum + count, 0);
	return [
		...(total === result.counts.total ? [] : [`the classes hold ${total} findings of ${result.counts.total}`]),
		...Object.entries(classes).filter(([name, count]) => result.classes[name] !== count),
		...Object.entries(counts).filter(([name, count]) => result.counts[name] !== count),
	].map((entry) => (typeof entry === 'string' ? entry : `${entry[0]} is not ${entry[1]}`));
}

function tooManyCalls({ calls }: Scenario, made: number): string[] {
	return calls === undefined || made <= calls ? [] : [`${made} calls, ${calls} at most`];
}

const COMMANDS = /^::(?:error|warning|notice|debug|group|endgroup|add-mask|stop-commands)\b/;

/** What text of strangers could do: run a workflow command, set a variable or an output, put markup into a report. */
function harm(steps: readonly StepResult[], gated: StepResult, job: Job): string[] {
	const lines = steps.flatMap((step) => step.lines).map((line) => line.trimStart());
	const commands = lines.filter(
		(line) => /^(?:::|##\[)/.test(line) && !COMMANDS.test(line) && !line.startsWith('##[group]'),
	);
	const names = [...Object.keys(job.variables), ...steps.flatMap(({ outputs }) => Object.keys(outputs))];
	const html = reportOf(gated);
	const summary = steps.map((step) => step.summary).join('\n');
	return [
		...commands.map((line) => `it printed a command: ${line.slice(0, 80)}`),
		...names.filter((name) => /pwned/i.test(name)).map((name) => `${name} was set`),
		...[summary, html].filter((text) => /<(?:script|img|svg)[^>]*pwned/i.test(text)).map(() => 'markup got through'),
		...(Buffer.byteLength(summary) > 1024 * 1024 ? ['the summary is larger than 1 MiB'] : []),
	];
}
