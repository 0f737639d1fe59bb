// Pushes and pulls an image of 2 GB through local-ecr and through Debian's docker-registry, in turn, in the same run, with the
// same client (curl, so that the client costs little): `npm run bench:local-ecr [-- --rounds 3 --megabytes 2048]`.
// Ends with an error when local-ecr is slower than 60 % of docker-registry, or when its memory grows with the image.
// Writes docs/benchmarks/local-ecr.md.

import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { logIn, startServer } from '../conformance/local-ecr/process.mjs';
import { run } from '../peers/command.mjs';
import { findPeer } from '../peers/peers.mjs';

const { values } = parseArgs({
	options: { rounds: { type: 'string', default: '3' }, megabytes: { type: 'string', default: '2048' } },
});
const ROUNDS = Number(values.rounds);
const MEGABYTES = Number(values.megabytes);
const LAYERS = 8;
const AT_ONCE = 4;
/** Of docker-registry's throughput. */
const LEAST = 0.6;
/** Of memory, whatever the size of the image. */
const MOST_MEGABYTES = 300;
const PAGE = fileURLToPath(new URL('../../docs/benchmarks/local-ecr.md', import.meta.url));

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
	const { authorization } = await logIn(server);
	return { ...server, headers: { authorization } };
}

async function startDebian(directory, { 'docker-registry': command }) {
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
	const registry = spawn(command, ['serve', config], { stdio: 'ignore' });
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
	const { code, stderr, stdout } = await run(registry.curl, ['-sSf', ...headers, ...args]);
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

/** Seconds of processor time so far, user and system. */
async function processorSeconds(pid) {
	const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1].split(' ');
	const TICKS = 100;
	return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

async function round(start, layers, directory, tools) {
	const registry = { ...(await start(directory, tools)), curl: tools.curl };
	try {
		const idle = await peakMegabytes(registry.pid);
		const before = await processorSeconds(registry.pid);
		const push = await timed(layers, (layer) => pushLayer(registry, layer));
		const between = await processorSeconds(registry.pid);
		const pull = await timed(layers, (layer) => pullLayer(registry, layer));
		const after = await processorSeconds(registry.pid);
		const peak = await peakMegabytes(registry.pid);
		return { push, pull, pushing: between - before, pulling: after - between, idle, peak };
	} finally {
		await registry.stop();
	}
}

const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

async function bench(directory, tools) {
	const layers = await makeLayers(directory);
	const results = { 'local-ecr': [], 'docker-registry': [] };
	for (let number = 0; number < ROUNDS; number += 1) {
		results['docker-registry'].push(await round(startDebian, layers, directory, tools));
		results['local-ecr'].push(await round(startLocal, layers, directory, tools));
		for (const [name, rounds] of Object.entries(results)) console.log(name, rounds.at(-1));
	}
	const medianOf = (name) => (what) => median(results[name].map((one) => one[what]));
	await report(medianOf('local-ecr'), medianOf('docker-registry'));
}

async function report(local, debian) {
	const shares = Object.fromEntries(['push', 'pull'].map((what) => [what, local(what) / debian(what)]));
	const row = (name, of) =>
		`| ${name} | ${Math.round(of('push'))} | ${Math.round(of('pull'))} | ${of('pushing').toFixed(1)} | ${of('pulling').toFixed(1)} | ${of('idle')} | ${of('peak')} |`;
	const text = `# local-ecr beside docker-registry

${MEGABYTES} MB in ${LAYERS} layers, ${AT_ONCE} at once, pushed and pulled by curl on loopback; median of ${ROUNDS} rounds, the two in turn.
${availableParallelism()} cores, which other work may have shared: the ratios count, not the rates. Written by \`npm run bench:local-ecr\`.

| | push MB/s | pull MB/s | push, processor s | pull, processor s | idle RSS MB | peak RSS MB |
| --- | --- | --- | --- | --- | --- | --- |
${row('local-ecr', local)}
${row('docker-registry', debian)}

Push: ${Math.round(shares.push * 100)} % of docker-registry. Pull: ${Math.round(shares.pull * 100)} %. At least ${LEAST * 100} % is asked of both, and a peak below ${MOST_MEGABYTES} MB.
`;
	console.log(text);
	if (shares.push < LEAST || shares.pull < LEAST || !(local('peak') < MOST_MEGABYTES)) process.exitCode = 1;
	// A short run is for looking only.
	if (values.megabytes === '2048') await writeFile(PAGE, text);
}

async function findTools() {
	const tools = {};
	for (const name of ['docker-registry', 'curl']) {
		const found = await findPeer(name);
		if ('missing' in found) return { missing: `${name}: ${found.missing}` };
		tools[name] = found.path;
	}
	return tools;
}

const { missing, ...tools } = await findTools();
if (missing !== undefined) {
	console.log(`NOT RUN: bench of local-ecr: ${missing}`);
} else {
	const directory = await mkdtemp(join(tmpdir(), 'local-ecr-bench-'));
	try {
		await bench(directory, tools);
	} finally {
		await rm(directory, { recursive: true, force: true });
	}
}
