// Start-up of every bundle as a multiple of a bare `node -e 0`, and the whole login step against a local ECR:
// `node test/bench/startup.mjs [--rounds 30] [--peers DIR] [--json FILE]`.
// DIR holds checkouts of aws-actions/configure-aws-credentials and aws-actions/amazon-ecr-login, whose committed dist/ is run.
import { spawn, spawnSync } from 'node:child_process';
import {
	chmodSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	writeFileSync,
} from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { bundles } from '../../scripts/bundles.mjs';
import { createJob } from '../../scripts/runner.mjs';

const { values } = parseArgs({
	options: { rounds: { type: 'string', default: '30' }, peers: { type: 'string' }, json: { type: 'string' } },
});
const rounds = Number(values.rounds);
const directory = mkdtempSync(join(tmpdir(), 'startup-'));
const measured = {};
const note = (name, seconds) => {
	measured[name] ??= [];
	measured[name].push(seconds);
};

try {
	await startUp();
	const ecr = await startLocalEcr();
	try {
		await logins(ecr.environment);
	} finally {
		ecr.child.kill();
	}
	report();
} finally {
	rmSync(directory, { recursive: true });
}

/** Bare Node and each bundle in turn, so that what else the machine does strikes all alike. */
async function startUp() {
	for (let round = 0; round < rounds; round += 1) {
		note('node -e 0', timed(['-e', '0']));
		for (const { name, file } of bundles) {
			// Without inputs a bundle loads, says what is missing, and ends; local-ecr prints its help.
			note(`${name}/${file}`, timed([join('dist', name, file), ...(name === 'local-ecr' ? ['--help'] : [])]));
		}
	}
}

/** Ours and the peers' two steps in turn, against one server; the peers with a docker that does nothing, and the real one. */
async function logins(environment) {
	const idle = join(directory, 'idle');
	mkdirSync(idle);
	writeFileSync(join(idle, 'docker'), '#!/bin/sh\nexit 0\n');
	chmodSync(join(idle, 'docker'), 0o755);
	const path = process.env.PATH ?? '';
	const ours = [resolve('dist/ecr-login-oidc/index.js')];
	const theirs = peers();
	for (let round = 0; round < rounds; round += 1) {
		note('login: ecr-login-oidc', await login(ours, path, environment));
		if (theirs.length === 0) continue;
		note('login: peers, docker does nothing', await login(theirs, `${idle}${delimiter}${path}`, environment));
		if (hasDocker()) note('login: peers, real docker', await login(theirs, path, environment));
	}
}

function peers() {
	if (values.peers === undefined) return [];
	return ['configure-aws-credentials', 'amazon-ecr-login'].map((name) => {
		const path = resolve(values.peers, name, 'dist/index.js');
		if (!existsSync(path)) throw new Error(`${path} is not there: check out aws-actions/${name} into ${values.peers}`);
		return path;
	});
}

function hasDocker() {
	return spawnSync('docker', ['version'], { stdio: 'ignore' }).status === 0;
}

/** One login in a job of its own: the time of its processes, from start to exit, in seconds. */
async function login(paths, path, environment) {
	const place = mkdtempSync(join(directory, 'job-'));
	mkdirSync(join(place, 'docker'));
	const { AWS_ENDPOINT_URL, ACTIONS_ID_TOKEN_REQUEST_URL, ACTIONS_ID_TOKEN_REQUEST_TOKEN } = environment;
	const job = createJob({
		directory: place,
		env: {
			PATH: path,
			HOME: place,
			DOCKER_CONFIG: join(place, 'docker'),
			AWS_ENDPOINT_URL,
			ACTIONS_ID_TOKEN_REQUEST_URL,
			ACTIONS_ID_TOKEN_REQUEST_TOKEN,
			...Object.fromEntries(
				['REPOSITORY', 'WORKFLOW', 'ACTION', 'ACTOR', 'SHA', 'REF', 'RUN_ID', 'EVENT_NAME', 'JOB', 'WORKSPACE'].map(
					(name) => [`GITHUB_${name}`, 'bench'],
				),
			),
		},
	});
	let total = 0;
	for (const bundle of paths) {
		const { exitCode, lines, seconds } = await job.bundle(bundle, {
			'role-to-assume': 'arn:aws:iam::111111111111:role/build',
			'aws-region': 'eu-central-1',
			audience: 'sts.amazonaws.com',
			'role-session-name': 'bench',
			'output-env-credentials': 'true',
			'registry-type': 'private',
		});
		if (exitCode !== 0) throw new Error(`${bundle}: ${lines.join('\n')}`);
		total += seconds;
	}
	return total;
}

function startLocalEcr() {
	return new Promise((resolvePromise, reject) => {
		const child = spawn(
			process.execPath,
			[join('dist', 'local-ecr', 'index.js'), '--port', '0', '--print-env', 'json'],
			{
				stdio: ['ignore', 'pipe', 'inherit'],
			},
		);
		child.on('error', reject);
		child.stdout
			.setEncoding('utf8')
			.once('data', (line) => resolvePromise({ child, environment: JSON.parse(line).environment }));
	});
}

function timed(commandArguments) {
	const started = performance.now();
	spawnSync(process.execPath, commandArguments, { env: { PATH: process.env.PATH ?? '', RUNNER_TEMP: directory } });
	return (performance.now() - started) / 1000;
}

function middle(numbers) {
	return numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)];
}

function report() {
	const bare = middle(measured['node -e 0']);
	const rows = Object.entries(measured).map(([name, seconds]) => ({
		name,
		median: middle(seconds),
		least: Math.min(...seconds),
		timesNode: middle(seconds) / bare,
		...sizes(name),
	}));
	const print = (line) => process.stdout.write(`${line}\n`);
	print(`median of ${rounds} interleaved rounds, ${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}`);
	for (const { name, median, least, timesNode, main, all } of rows) {
		const size = main === undefined ? '' : `  ${main} KB, ${all} KB with all chunks`;
		print(
			`${name.padEnd(36)} ${median.toFixed(3)} s  least ${least.toFixed(3)} s  ${timesNode.toFixed(1)} × node${size}`,
		);
	}
	const ours = rows.find(({ name }) => name === 'login: ecr-login-oidc');
	for (const { name, median, least } of rows.filter((row) => row.name.startsWith('login: peers')))
		print(`ratio to ${name}: ${(ours.median / median).toFixed(2)} (of the least ${(ours.least / least).toFixed(2)})`);
	if (values.json !== undefined) writeFileSync(values.json, JSON.stringify({ rounds, rows }, null, '\t'));
}

function sizes(name) {
	const [folder, file] = name.split('/');
	const path = join('dist', folder, file ?? '');
	if (file === undefined || !existsSync(path)) return {};
	const own = readdirSync(join('dist', folder)).filter((item) => item === file || item.endsWith(`.${file}`));
	const bytes = own.reduce((total, item) => total + statSync(join('dist', folder, item)).size, 0);
	return { main: Math.round(readFileSync(path).length / 1024), all: Math.round(bytes / 1024) };
}
