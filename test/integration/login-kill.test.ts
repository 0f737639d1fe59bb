import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
// @ts-expect-error plain JavaScript, so that the demo can run it without an install
import { parseCommandFile } from '../../scripts/runner.mjs';
import { BUILD, DIST, REGION, startWorld, type TestWorld } from './world.ts';

let world: TestWorld;
beforeAll(async () => {
	world = await startWorld();
});
afterAll(() => world.close());

const FILES = ['OUTPUT', 'ENV', 'STATE', 'STEP_SUMMARY', 'PATH'];

function start(bundle: string, directory: string, env: Readonly<Record<string, string>>) {
	const files = Object.fromEntries(FILES.map((name) => [`GITHUB_${name}`, join(directory, `runner-${name}`)]));
	for (const path of Object.values(files)) writeFileSync(path, '', { flag: 'a' });
	const child = spawn(process.execPath, [join(DIST, 'ecr-login-oidc', bundle)], {
		env: {
			...world.ecr.environment(),
			AWS_ACCESS_KEY_ID: '',
			PATH: process.env.PATH,
			HOME: directory,
			DOCKER_CONFIG: join(directory, 'docker'),
			RUNNER_TEMP: join(directory, 'temp'),
			...files,
			...env,
		},
		stdio: ['ignore', 'pipe', 'inherit'],
	});
	let printed = '';
	child.stdout.setEncoding('utf8').on('data', (text: string) => {
		printed += text;
	});
	const ended = new Promise<string | null>((resolve) => child.on('close', (_, signal) => resolve(signal)));
	return { child, ended, printed: () => printed };
}

/** Names of files below the directories that outlive the job; the runner itself empties its own. */
const left = (directory: string): string[] =>
	['docker', '.aws', 'temp'].flatMap((name) => {
		try {
			return readdirSync(join(directory, name), { recursive: true }).map((item) => `${name}/${String(item)}`);
		} catch {
			return [];
		}
	});

const INPUTS = { 'INPUT_ROLE-TO-ASSUME': BUILD.role, 'INPUT_AWS-REGION': REGION, 'INPUT_AWS-PROFILE': 'p' };

type Step = ReturnType<typeof start>;

function kill({ child }: Step): void {
	child.kill('SIGKILL');
}

/** As the runner ends a step of a cancelled job (docs.github.com, "Workflow cancellation reference"). */
function cancel({ child }: Step): void {
	child.kill('SIGINT');
	const terminating = setTimeout(() => child.kill('SIGTERM'), 7_500);
	const killing = setTimeout(() => child.kill('SIGKILL'), 10_000);
	child.once('exit', () => {
		clearTimeout(terminating);
		clearTimeout(killing);
	});
}

/** The main step is ended at sixteen moments of the time in which it writes, renames and removes. */
it.each([
	['killed', 'config', kill],
	['killed', 'helper', kill],
	['cancelled', 'config', cancel],
	['cancelled', 'helper', cancel],
] as const)(
	'whenever the main step is %s, its post step removes everything (%s)',
	async (_, mode, end) => {
		const env = { ...INPUTS, 'INPUT_DOCKER-AUTH': mode };
		const measured = mkdtempSync(join(tmpdir(), 'kill-'));
		mkdirSync(join(measured, 'temp'));
		const begun = performance.now();
		const whole = start('index.js', measured, env);
		expect(await whole.ended).toBe(null);
		const milliseconds = performance.now() - begun;

		const ROUNDS = 16;
		let killed = 0;
		for (let round = 0; round < ROUNDS; round += 1) {
			const directory = mkdtempSync(join(tmpdir(), 'kill-'));
			mkdirSync(join(directory, 'temp'));
			mkdirSync(join(directory, 'docker'));
			const before = '{"auths":{"other.example":{"auth":"eA=="}}}';
			writeFileSync(join(directory, 'docker', 'config.json'), before);
			const main = start('index.js', directory, env);
			// The last half of the step is where files are written.
			const timer = setTimeout(() => end(main), milliseconds * (0.5 + (0.6 * round) / ROUNDS));
			if ((await main.ended) === (end === kill ? 'SIGKILL' : 'SIGINT')) killed += 1;
			clearTimeout(timer);
			const state = parseCommandFile(readFileSync(join(directory, 'runner-STATE'), 'utf8')) as Record<string, string>;
			const states = Object.fromEntries(Object.entries(state).map(([name, value]) => [`STATE_${name}`, value]));
			const post = start('post.js', directory, states);
			await post.ended;
			expect([round, post.printed().match(/::(?:warning|error).*/g), left(directory)]).toEqual([
				round,
				null,
				['docker/config.json'],
			]);
			expect(JSON.parse(readFileSync(join(directory, 'docker', 'config.json'), 'utf8'))).toEqual(JSON.parse(before));
		}
		expect(killed).toBeGreaterThan(0);
	},
	240_000,
);
