// Pushes and pulls an image of 2 GB through local-ecr and through Debian's docker-registry, in turn, in the same run, with the
// same client (curl, so that the client costs little): `node test/bench/local-ecr.mjs [--rounds 3] [--megabytes 2048]`.
// Ends with an error when local-ecr is slower than 60 % of docker-registry.

import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { find, run, startServer } from '../conformance/local-ecr/process.mjs';

const { values } = parseArgs({ options: { rounds: { type: 'string' }, megabytes: { type: 'string' } } });
const ROUNDS = Number(values.rounds ?? 3);
const MEGABYTES = Number(values.megabytes ?? 2048);
const LAYERS = 8;
const AT_ONCE = 4;
const LEAST = 0.6;

/** Layers that do not compress, of which no two are alike. */
async function makeLayers(directory) {
	const block = randomBytes(1_048_576);
	const layers = [];
	for (let number = 0; number < LAYERS; number += 1) {
		const path = join(directory, `layer-${number}`);
		const file = createWriteStream(path);
		const hash = createHash('sha256');
		for (let block_ = 0; block_ < MEGABYTES / LAYERS; block_ += 1) {
			block.writeUInt32LE(number * 100_000 + block_, 0);
			const bytes = Buffer.from(block);
			hash.update(bytes);
			if (!file.write(bytes)) await once(file, 'drain');
		}
		file.end();
		await once(file, 'finish');
		layers.push({ path, digest: `sha256:${hash.digest('hex')}` });
	}
	return layers;
}

async function startLocal(directory) {
	const seed = join(directory, 'seed.json');
	await writeFile(seed, JSON.stringify({ repositories: ['bench'] }));
	const server = await startServer(['--seed', seed]);
	const credential = `${server.environment.AWS_ACCESS_KEY_ID}/20260101/us-east-1/ecr/aws4_request`;
	const headers = {
		'x-amz-target': 'AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken',
		authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host, Signature=0`,
	};
	const answer = await fetch(server.url, { method: 'POST', headers, body: '{}' });
	const { authorizationData } = await answer.json();
	return { ...server, headers: { authorization: `Basic ${authorizationData[0].authorizationToken}` } };
}

async function startDebian(directory) {
	const port = await freePort();
	const config = join(directory, 'registry.yml');
	const root = join(directory, 'registry');
	await writeFile(
		config,
		JSON.stringify({
			version: '0.1',
			log: { level: 'error', accesslog: { disabled: true } },
			storage: { filesystem: { rootdirectory: root }, delete: { enabled: true } },
			http: { addr: `127.0.0.1:${port}` },
		}),
	);
	const registry = spawn('docker-registry', ['serve', config], { stdio: 'ignore' });
	const url = `http://127.0.0.1:${port}`;
	for (
		let tries = 0;
		tries < 100 &&
		!(await fetch(`${url}/v2/`).then(
			() => true,
			() => false,
		));
		tries += 1
	)
		await sleep(50);
	const stop = async () => {
		registry.kill('SIGTERM');
		await once(registry, 'exit');
		await rm(root, { recursive: true, force: true });
	};
	return { url, pid: registry.pid, headers: {}, stop };
}

async function freePort() {
	const server = createServer().listen(0, '127.0.0.1');
	await once(server, 'listening');
	const { port } = server.address();
	server.close();
	return port;
}

async function curl(registry, args) {
	const headers = Object.entries(registry.headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`]);
	const { code, stderr, stdout } = await run('curl', ['-sSf', ...headers, ...args]);
	if (code !== 0) throw new Error(`curl ${args.join(' ')}: ${stderr}`);
	return stdout;
}

async function pushLayer(registry, { path, digest }) {
	const answer = await fetch(`${registry.url}/v2/bench/blobs/uploads/`, { method: 'POST', headers: registry.headers });
	const location = new URL(answer.headers.get('location'), registry.url);
	location.searchParams.set('digest', digest);
	await curl(registry, ['-T', path, '-H', 'content-type: application/octet-stream', location.href]);
}

async function pullLayer(registry, { digest }) {
	await curl(registry, ['-L', '-o', '/dev/null', `${registry.url}/v2/bench/blobs/${digest}`]);
}

/** @returns megabytes per second */
async function timed(layers, work) {
	const waiting = [...layers];
	const started = performance.now();
	const worker = async () => {
		for (let layer = waiting.shift(); layer !== undefined; layer = waiting.shift()) await work(layer);
	};
	await Promise.all(Array.from({ length: AT_ONCE }, worker));
	return MEGABYTES / ((performance.now() - started) / 1000);
}

async function peakMegabytes(pid) {
	const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
	return Math.round(Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1024);
}

async function round(start, layers, directory) {
	const registry = await start(directory);
	try {
		const idle = await peakMegabytes(registry.pid);
		const push = await timed(layers, (layer) => pushLayer(registry, layer));
		const pull = await timed(layers, (layer) => pullLayer(registry, layer));
		return { push, pull, idle, peak: await peakMegabytes(registry.pid) };
	} finally {
		await registry.stop();
	}
}

const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

async function bench(directory) {
	const layers = await makeLayers(directory);
	const results = { 'local-ecr': [], 'docker-registry': [] };
	for (let number = 0; number < ROUNDS; number += 1) {
		results['docker-registry'].push(await round(startDebian, layers, directory));
		results['local-ecr'].push(await round(startLocal, layers, directory));
	}
	console.log(`${MEGABYTES} MB in ${LAYERS} layers, ${AT_ONCE} at once, median of ${ROUNDS} rounds`);
	console.log('| | push MB/s | pull MB/s | idle RSS MB | peak RSS MB |\n| --- | --- | --- | --- | --- |');
	const rows = Object.entries(results).map(([name, rounds]) => {
		const of = (what) => Math.round(median(rounds.map((one) => one[what])));
		const row = { push: of('push'), pull: of('pull'), idle: of('idle'), peak: of('peak') };
		console.log(`| ${name} | ${row.push} | ${row.pull} | ${row.idle} | ${row.peak} |`);
		return row;
	});
	const [local, debian] = rows;
	for (const what of ['push', 'pull']) {
		const share = local[what] / debian[what];
		console.log(`${what}: ${Math.round(share * 100)} % of docker-registry`);
		if (share < LEAST) process.exitCode = 1;
	}
}

const absent = [];
for (const command of ['docker-registry', 'curl']) if ((await find(command)) === undefined) absent.push(command);
if (absent.length > 0) {
	console.log(`NOT RUN: bench of local-ecr: ${absent.join(', ')} not installed`);
} else {
	const directory = await mkdtemp(join(tmpdir(), 'local-ecr-bench-'));
	try {
		await bench(directory);
	} finally {
		await rm(directory, { recursive: true, force: true });
	}
}
