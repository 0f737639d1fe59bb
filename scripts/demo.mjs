// An image goes the whole way on this machine: `npm run demo`, or `npm run demo -- --vulnerable` to see the gate stop it.
// Needs Node 20 or later and nothing else: all it runs are the committed bundles in dist/.
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createJob } from './runner.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const dist = join(root, 'dist');
const { values: options } = parseArgs({
	options: { vulnerable: { type: 'boolean', default: false }, verbose: { type: 'boolean', default: false } },
});

const BUILD = { account: '111111111111', role: 'arn:aws:iam::111111111111:role/build' };
const PRODUCTION = { account: '222222222222', role: 'arn:aws:iam::222222222222:role/production' };
const REGION = 'eu-central-1';

const work = mkdtempSync(join(tmpdir(), 'ecr-pipeline-demo-'));
const output = join(process.cwd(), 'demo-output');
rmSync(output, { recursive: true, force: true });
mkdirSync(output, { recursive: true });

const rows = [];
const started = performance.now();
const registry = await startLocalEcr();
try {
	process.exitCode = await main();
} finally {
	registry.stop();
	rmSync(work, { recursive: true, force: true });
}

async function main() {
	const docker = dockerAnswers();
	console.log(
		docker
			? `Docker ${docker} answers: the image is built from examples/hello/Dockerfile.`
			: 'No Docker daemon answers: the OCI layout examples/hello/layout is pushed.',
	);
	const build = docker
		? { driver: 'docker', context: join(root, 'examples/hello'), file: join(root, 'examples/hello/Dockerfile') }
		: { driver: 'oci-layout', 'oci-layout': join(root, 'examples/hello/layout') };

	const job = newJob('steps');
	const taskDefinition = join(work, 'task-definition.json');
	cpSync(join(root, 'examples/hello/task-definition.json'), taskDefinition);
	const repository = options.vulnerable ? 'hello-vulnerable' : 'hello';

	await step(job, 'ecr-login-oidc', { 'role-to-assume': BUILD.role, 'aws-region': REGION }, 'build account', 'post.js');
	const built = await step(job, 'build-push', { repository, tags: 'v1', 'create-repository': 'true', ...build });
	const { image, digest } = built.outputs;
	const scan = await step(job, 'wait-for-scan', { image, 'timeout-seconds': '60' });
	const gate = await step(
		job,
		'gate-on-findings',
		{ 'policy-file': join(root, 'examples/hello/image-policy.yml') },
		'',
		undefined,
		true,
	);
	keep(scan.outputs['findings-file'], 'findings.json');
	keep(gate.outputs['verdict-file'], 'verdict.json');
	keep(gate.outputs['sarif-file'], 'findings.sarif');
	keep(gate.outputs['report-file'], 'report.html');
	if (gate.exitCode !== 0) return stopped(job, gate, repository);

	const loggedIn = await step(
		job,
		'ecr-login-oidc',
		{ 'role-to-assume': PRODUCTION.role, 'aws-region': REGION },
		'production account',
		'post.js',
	);
	const production = loggedIn.outputs.registry;
	const promoted = await step(job, 'promote-by-digest', {
		image,
		to: `${production}/${repository}`,
		tags: 'v1',
		'verdict-file': gate.outputs['verdict-file'],
		'require-verdict': 'true',
	});
	const pinned = await step(job, 'pin-digest-in-taskdef', {
		'task-definition': taskDefinition,
		images: `hello=${promoted.outputs.image}`,
		register: 'true',
	});
	keep(taskDefinition, 'task-definition.json');
	const environment = { ...job.variables };
	const ran = docker ? runFromProduction(promoted.outputs.image, environment) : undefined;

	for (const post of await job.finish()) record(`${post.name} (post)`, post, 0);

	const whole = newJob('pipeline');
	const wholeTaskDefinition = join(work, 'whole-task-definition.json');
	cpSync(join(root, 'examples/hello/task-definition.json'), wholeTaskDefinition);
	const { driver: _, ...wholeBuild } = build;
	const pipeline = await step(
		whole,
		'pipeline',
		{
			'role-to-assume': BUILD.role,
			'aws-region': REGION,
			repository: 'hello-whole',
			'create-repository': 'true',
			tags: 'v1',
			...wholeBuild,
			'policy-file': join(root, 'examples/hello/image-policy.yml'),
			'promote-role-to-assume': PRODUCTION.role,
			'promote-to': `${production}/hello-whole`,
			'promote-tags': 'v1',
			'task-definition': wholeTaskDefinition,
			container: 'hello',
		},
		'all six in one step',
		'post.js',
	);
	for (const post of await whole.finish()) record(`${post.name} (post)`, post, 0);

	writeSummary([...job.summaries, ...whole.summaries]);
	printTable();
	const checks = [
		[
			'the digest in the task definition is the digest in the production repository',
			pinnedDigest(taskDefinition),
			await registry.digestIn(PRODUCTION.account, repository, 'v1'),
		],
		['it is the digest that was built', digest, pinnedDigest(taskDefinition)],
		[
			'the root action brought its image there too',
			pinnedDigest(wholeTaskDefinition),
			await registry.digestIn(PRODUCTION.account, 'hello-whole', 'v1'),
		],
		['the task definition is registered', /^arn:aws:ecs:/.test(pinned.outputs['task-definition-arn'] ?? ''), true],
		['the root action names the same digest', pipeline.outputs.digest, pinnedDigest(wholeTaskDefinition)],
		...(ran === undefined
			? []
			: [
					[
						'the image runs from the production repository',
						ran,
						'Hello from an image that is its digest, all the way.',
					],
				]),
	];
	return report(checks, digest);
}

/** The gate said no: nothing may be in production. */
async function stopped(job, gate, repository) {
	for (const post of await job.finish()) record(`${post.name} (post)`, post, 0);
	writeSummary(job.summaries);
	printTable();
	console.log(`\nThe gate stopped the promotion:\n\n${gate.errors.join('\n')}\n`);
	const there = await registry.imagesIn(PRODUCTION.account, repository);
	console.log(
		there === 0 ? 'Nothing is in the production repository.' : `BUT ${there} images are in the production repository!`,
	);
	console.log(`\nLook at demo-output/: summary.md, report.html, findings.json, verdict.json.`);
	return there === 0 ? 1 : 2;
}

function report(checks, digest) {
	const wrong = checks.filter(([, is, wanted]) => is !== wanted || is === undefined);
	console.log(`\nThe digest that went through: ${digest}\n`);
	for (const [what, is, wanted] of checks)
		console.log(
			`${wrong.some(([name]) => name === what) ? '✗' : '✓'} ${what}${is === wanted ? '' : ` (${is}, wanted ${wanted})`}`,
		);
	console.log(`\nLook at demo-output/: summary.md, report.html, findings.json, verdict.json, task-definition.json.`);
	return wrong.length === 0 ? 0 : 1;
}

async function step(job, name, inputs, note = '', post = undefined, mayFail = false) {
	const before = await registry.requestCount();
	const result = await job.step(dist, name, inputs, post);
	const requests = (await registry.requestCount()) - before;
	record(note === '' ? name : `${name} (${note})`, result, requests);
	job.summaries.push(result.summary);
	if (result.exitCode === 0 || mayFail) return result;
	printTable();
	throw new Error(`${name} failed:\n${result.errors.join('\n') || result.lines.join('\n')}`);
}

function record(name, { seconds, exitCode }, requests) {
	rows.push({ name, seconds, requests, exitCode });
	console.log(
		`${exitCode === 0 ? '✓' : '✗'} ${name.padEnd(46)} ${seconds.toFixed(2).padStart(6)} s ${String(requests).padStart(5)} requests`,
	);
}

function printTable() {
	const total = (performance.now() - started) / 1000;
	const requests = rows.reduce((sum, row) => sum + row.requests, 0);
	console.log(
		`${'─'.repeat(72)}\n  ${'whole demo'.padEnd(46)} ${total.toFixed(2).padStart(6)} s ${String(requests).padStart(5)} requests`,
	);
}

function newJob(name) {
	const directory = join(work, name);
	mkdirSync(join(directory, 'docker'), { recursive: true });
	const { PATH, HOME, DOCKER_HOST, SystemRoot } = process.env;
	const env = Object.fromEntries(
		Object.entries({
			PATH,
			HOME,
			DOCKER_HOST,
			SystemRoot,
			DOCKER_CONFIG: join(directory, 'docker'),
			GITHUB_REPOSITORY: 'octo-org/hello',
			GITHUB_REF: 'refs/heads/main',
			GITHUB_REF_NAME: 'main',
			GITHUB_REF_TYPE: 'branch',
			GITHUB_EVENT_NAME: 'push',
			GITHUB_SHA: '0123456789abcdef0123456789abcdef01234567',
			GITHUB_RUN_ID: '1',
			GITHUB_SERVER_URL: 'https://github.com',
			...registry.environment,
		}).filter(([, value]) => value !== undefined),
	);
	return Object.assign(
		createJob({ directory, env, onLine: options.verbose ? (line) => console.log(`  ${line}`) : undefined }),
		{ summaries: [] },
	);
}

function keep(path, name) {
	if (path) cpSync(path, join(output, name));
}

function writeSummary(summaries) {
	writeFileSync(join(output, 'summary.md'), summaries.filter((summary) => summary !== '').join('\n\n'));
}

function pinnedDigest(path) {
	return /hello[^"@]*@(sha256:[0-9a-f]{64})/.exec(readFileSync(path, 'utf8'))?.[1];
}

function dockerAnswers() {
	// A daemon in a virtual machine (macOS, Windows) does not see the loopback of this one.
	if (process.platform !== 'linux') return undefined;
	const { status, stdout } = spawnSync('docker', ['version', '--format', '{{.Server.Version}}'], {
		encoding: 'utf8',
		timeout: 5000,
	});
	return status === 0 ? stdout.trim() : undefined;
}

/** Pulls the promoted image with the production account's login and runs it. */
function runFromProduction(image, env) {
	const pull = spawnSync('docker', ['pull', '-q', image], { env, encoding: 'utf8' });
	if (pull.status !== 0) return `docker pull: ${pull.stderr.trim()}`;
	const { stdout, stderr } = spawnSync('docker', ['run', '--rm', image], { env, encoding: 'utf8' });
	spawnSync('docker', ['image', 'rm', '-f', image], { env });
	return stdout.trim() || stderr.trim();
}

/** Starts the bundled local ECR with two accounts, and offers what the demo asks of it. */
async function startLocalEcr() {
	const seeds = ['local-ecr.yml', options.vulnerable ? 'findings-vulnerable.yml' : 'findings-clean.yml'].flatMap(
		(name) => ['--seed', join(root, 'examples/hello', name)],
	);
	const child = spawn(
		process.execPath,
		[
			join(dist, 'local-ecr/index.js'),
			'--port',
			'0',
			'--account',
			BUILD.account,
			'--region',
			REGION,
			'--print-env',
			'json',
			...seeds,
		],
		{
			stdio: ['ignore', 'pipe', 'inherit'],
		},
	);
	const line = await new Promise((resolve, reject) => {
		let text = '';
		child.stdout.setEncoding('utf8').on('data', (chunk) => {
			text += chunk;
			if (text.includes('\n')) resolve(text);
		});
		child.on('error', reject);
		child.on('exit', (code) => reject(new Error(`local-ecr ended with ${code}`)));
	});
	const { url, environment } = JSON.parse(line);
	const { AWS_ENDPOINT_URL, ACTIONS_ID_TOKEN_REQUEST_URL, ACTIONS_ID_TOKEN_REQUEST_TOKEN } = environment;

	const images = async (account, repositoryName) => {
		const response = await fetch(url, {
			method: 'POST',
			headers: {
				'content-type': 'application/x-amz-json-1.1',
				'x-amz-target': 'AmazonEC2ContainerRegistry_V20150921.DescribeImages',
				authorization: `AWS4-HMAC-SHA256 Credential=AKIA${account}TEST/20260101/${REGION}/ecr/aws4_request, SignedHeaders=host, Signature=0`,
			},
			body: JSON.stringify({ repositoryName }),
		});
		const { imageDetails = [] } = await response.json();
		return imageDetails;
	};
	return {
		// GitHub's token endpoint and the AWS endpoint, and no credentials: those come from the login steps alone.
		environment: { AWS_ENDPOINT_URL, ACTIONS_ID_TOKEN_REQUEST_URL, ACTIONS_ID_TOKEN_REQUEST_TOKEN },
		requestCount: async () => (await (await fetch(`${url}/_local/requests/counts`)).json()).total,
		digestIn: async (account, repository, tag) =>
			(await images(account, repository)).find(({ imageTags = [] }) => imageTags.includes(tag))?.imageDigest,
		imagesIn: async (account, repository) => (await images(account, repository)).length,
		stop: () => child.kill(),
	};
}
