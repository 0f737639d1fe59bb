// Start-up of every bundle as a multiple of a bare `node -e 0`, and the whole login step against a local ECR:
// `node test/bench/startup.mjs [--runs 15] [--peer configure-aws-credentials/dist/index.js --peer amazon-ecr-login/dist/index.js]`.
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bundles } from '../../scripts/bundles.mjs';
import { createJob } from '../../scripts/runner.mjs';

const { values } = parseArgs({
	options: { runs: { type: 'string', default: '15' }, peer: { type: 'string', multiple: true, default: [] } },
});
const runs = Number(values.runs);
const ROLE = 'arn:aws:iam::111111111111:role/build';
const directory = mkdtempSync(join(tmpdir(), 'startup-'));

const bare = median(() => timed(['-e', '0'], {}));
const rows = [['node -e 0', bare, 0]];
for (const { name, file } of bundles) {
	const path = join('dist', name, file);
	// Without inputs a bundle loads, says what is missing, and ends; local-ecr prints its help.
	const seconds = median(() => timed([path, ...(name === 'local-ecr' ? ['--help'] : [])], {}));
	rows.push([`${name}/${file}`, seconds, statSync(path).size]);
}
print('start-up', rows);

const ecr = await startLocalEcr();
try {
	const steps = [
		['ecr-login-oidc', await medianLogin([{ path: join('dist', 'ecr-login-oidc', 'index.js'), inputs: {} }]), 0],
	];
	if (values.peer.length > 0) {
		const peers = values.peer.map((path) => ({
			path,
			inputs: { 'output-env-credentials': 'true', audience: 'sts.amazonaws.com', 'role-session-name': 'bench' },
		}));
		steps.push([`peers (${values.peer.length} steps)`, await medianLogin(peers), 0]);
	}
	print('the whole login', steps);
	if (steps.length > 1) process.stdout.write(`ratio ${(steps[0][1] / steps[1][1]).toFixed(2)}\n`);
} finally {
	ecr.child.kill();
	rmSync(directory, { recursive: true });
}

/** The middle of several runs of one login, each in a job of its own, in seconds of process time. */
async function medianLogin(steps) {
	const seconds = [];
	for (let run = 0; run < runs; run += 1) {
		const place = mkdtempSync(join(directory, 'job-'));
		mkdirSync(join(place, 'docker'));
		const { AWS_ENDPOINT_URL, ACTIONS_ID_TOKEN_REQUEST_URL, ACTIONS_ID_TOKEN_REQUEST_TOKEN } = ecr.env;
		const endpoints = { AWS_ENDPOINT_URL, ACTIONS_ID_TOKEN_REQUEST_URL, ACTIONS_ID_TOKEN_REQUEST_TOKEN };
		const env = { PATH: process.env.PATH ?? '', HOME: place, DOCKER_CONFIG: join(place, 'docker'), ...endpoints };
		const job = createJob({ directory: place, env });
		let total = 0;
		for (const [index, { path, inputs }] of steps.entries()) {
			// The runner's stand-in starts `index.js` of a folder, so each bundle gets one that imports it.
			const folder = join(place, `step-${index}`);
			mkdirSync(folder);
			writeFileSync(
				join(folder, 'index.js'),
				`import ${JSON.stringify(new URL(path, `file://${process.cwd()}/`).href)};\n`,
			);
			writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
			const result = await job.step(place, `step-${index}`, {
				'role-to-assume': ROLE,
				'aws-region': 'eu-central-1',
				...inputs,
			});
			if (result.exitCode !== 0) throw new Error(`${path}: ${result.lines.join('\n')}`);
			total += result.seconds;
		}
		seconds.push(total);
	}
	return middle(seconds);
}

function startLocalEcr() {
	return new Promise((resolve, reject) => {
		const child = spawn(
			process.execPath,
			[join('dist', 'local-ecr', 'index.js'), '--port', '0', '--print-env', 'json'],
			{
				stdio: ['ignore', 'pipe', 'inherit'],
			},
		);
		child.on('error', reject);
		child.stdout.setEncoding('utf8').once('data', (line) => resolve({ child, env: JSON.parse(line) }));
	});
}

function timed(commandArguments, env) {
	const started = performance.now();
	spawnSync(process.execPath, commandArguments, {
		env: { PATH: process.env.PATH ?? '', RUNNER_TEMP: directory, ...env },
	});
	return (performance.now() - started) / 1000;
}

function median(work) {
	return middle(Array.from({ length: runs }, work));
}

function middle(numbers) {
	return numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)];
}

function print(title, entries) {
	process.stdout.write(`\n${title} (median of ${runs})\n`);
	for (const [name, seconds, size] of entries) {
		const kilobytes = size === 0 ? '' : `${(size / 1024).toFixed(0)} KB`;
		process.stdout.write(
			`${name.padEnd(34)} ${seconds.toFixed(3)} s  ${(seconds / bare).toFixed(1)} × node  ${kilobytes}\n`,
		);
	}
}
