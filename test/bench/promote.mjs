// Promotion side by side with its peers: `npm run bench:promote [-- --repeat 3]`. local-ecr adds 40 ms to every request.
// Peers are taken from the PATH (crane, oras, skopeo, buildx); one that is not there is named and left out.
// Writes docs/benchmarks/promote.md and promote.svg.
import { spawn, spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createJob } from '../../scripts/runner.mjs';

const root = join(import.meta.dirname, '..', '..');
const dist = join(root, 'dist');
const { values: options } = parseArgs({ options: { repeat: { type: 'string', default: '3' } } });
const LATENCY = 40;
const REGION = 'eu-central-1';
const PLAIN = '111111111111';
const OTHER = '222222222222';
const MOUNTING = '333333333333';
const work = mkdtempSync(join(tmpdir(), 'bench-promote-'));

const PEERS = [
	{ name: 'crane', binary: 'crane', command: (from, to) => ['cp', from, to] },
	{ name: 'crane -j 40', binary: 'crane', command: (from, to) => ['cp', '-j', '40', from, to] },
	{ name: 'oras', binary: 'oras', command: (from, to) => ['cp', '--from-plain-http', '--to-plain-http', from, to] },
	{
		name: 'oras --concurrency 40',
		binary: 'oras',
		command: (from, to) => ['cp', '--concurrency', '40', '--from-plain-http', '--to-plain-http', from, to],
	},
	{
		name: 'skopeo --all',
		binary: 'skopeo',
		command: (from, to) => [
			'copy',
			'--all',
			'--src-tls-verify=false',
			'--dest-tls-verify=false',
			`docker://${from}`,
			`docker://${to}`,
		],
	},
	{ name: 'buildx imagetools', binary: 'buildx', command: (from, to) => ['imagetools', 'create', '-t', to, from] },
].filter(({ name, binary }) => {
	const there = spawnSync('sh', ['-c', `command -v ${binary}`]).status === 0;
	if (!there) console.log(`not run: ${name} (${binary} is not on the PATH)`);
	return there;
});

const ecr = await startLocalEcr();
try {
	const job = await logIn();
	const results = [];
	for (const layers of [10, 30]) results.push(await measureImage(job, layers));
	write(results);
} finally {
	ecr.stop();
	rmSync(work, { recursive: true, force: true });
}

/** All tools in all six scenarios with one image of two platforms, half of whose layers are shared. */
async function measureImage(job, layers) {
	const source = await pushImage(job, layers);
	const tools = [
		{ name: 'promote-by-digest', run: (from, to, tag) => promote(job, from, to, tag) },
		...PEERS.map((peer) => ({ name: peer.name, run: (from, to, tag) => runPeer(peer, job, from, `${to}:${tag}`) })),
	];
	const rows = [];
	for (const tool of tools) {
		const cells = {};
		for (let round = 0; round < Number(options.repeat); round += 1) {
			for (const [scenario, cell] of Object.entries(
				await measureRound(tool, source, `${tool.name.replace(/[^a-z0-9]+/g, '-')}-${layers}-${round}`),
			)) {
				if (cells[scenario] === undefined || cell.milliseconds < cells[scenario].milliseconds) cells[scenario] = cell;
			}
		}
		rows.push({ tool: tool.name, cells });
		console.log(
			tool.name.padEnd(24),
			Object.values(cells)
				.map(({ requests, milliseconds, failed }) => `${requests}/${Math.round(milliseconds)}${failed ? '!' : ''}`)
				.join('  '),
		);
	}
	return { blobs: source.blobs, rows };
}

async function measureRound(tool, source, name) {
	const plain = ecr.host(PLAIN);
	const other = ecr.host(OTHER);
	const mounting = ecr.host(MOUNTING);
	await ecr.create(OTHER, `cold-${name}`);
	await ecr.create(MOUNTING, `mounted-${name}`);
	await ecr.create(PLAIN, `refused-${name}`);
	const cells = {};
	const measure = async (scenario, from, to, tag = 'v1') => {
		cells[scenario] = await timed(() => tool.run(from, to, tag));
	};
	await measure('other registry, cold', `${plain}/${source.repository}@${source.digest}`, `${other}/cold-${name}`);
	await measure(
		'same registry, mounted',
		`${mounting}/${source.repository}@${source.digest}`,
		`${mounting}/mounted-${name}`,
	);
	await measure(
		'same registry, mount refused',
		`${plain}/${source.repository}@${source.digest}`,
		`${plain}/refused-${name}`,
	);
	await measure('rerun, same tag', `${plain}/${source.repository}@${source.digest}`, `${other}/cold-${name}`);
	await measure(
		'new tag, image there',
		`${plain}/${source.repository}@${source.digest}`,
		`${other}/cold-${name}`,
		'v2',
	);
	await ecr.emptyOfManifests(OTHER, `cold-${name}`);
	await measure(
		'blobs there, manifests not',
		`${plain}/${source.repository}@${source.digest}`,
		`${other}/cold-${name}`,
		'v3',
	);
	return cells;
}

async function timed(work) {
	const before = await ecr.requests();
	const started = performance.now();
	const failed = !(await work());
	return { milliseconds: performance.now() - started, requests: (await ecr.requests()) - before, failed };
}

async function promote(job, from, to, tag) {
	const { exitCode, errors } = await job.step(dist, 'promote-by-digest', {
		image: from,
		to,
		tags: tag,
		referrers: 'false',
	});
	if (exitCode !== 0) console.log(errors.join('\n'));
	return exitCode === 0;
}

function runPeer({ binary, command }, job, from, to) {
	return new Promise((resolve) => {
		const child = spawn(binary, command(from, to), {
			env: { PATH: process.env.PATH, HOME: work, DOCKER_CONFIG: job.variables.DOCKER_CONFIG },
			stdio: ['ignore', 'ignore', 'pipe'],
		});
		let said = '';
		child.stderr.on('data', (chunk) => {
			said += chunk;
		});
		child.on('close', (code) => {
			if (code !== 0) console.log(`${binary}: ${said.trim().split('\n').at(-1)}`);
			resolve(code === 0);
		});
	});
}

async function logIn() {
	const docker = join(work, 'docker');
	mkdirSync(docker, { recursive: true });
	const job = createJob({
		directory: join(work, 'job'),
		env: { PATH: process.env.PATH, HOME: work, DOCKER_CONFIG: docker, ...ecr.environment },
	});
	for (const account of [PLAIN, OTHER, MOUNTING]) {
		const { outputs, errors } = await job.step(dist, 'ecr-login-oidc', {
			'role-to-assume': `arn:aws:iam::${account}:role/bench`,
			'aws-region': REGION,
		});
		if (outputs.registry === undefined) throw new Error(errors.join('\n'));
		ecr.hosts.set(account, outputs.registry);
	}
	return job;
}

async function pushImage(job, layers) {
	const repository = `source-${layers}`;
	const { directory, digest, blobs } = makeLayout(layers);
	for (const account of [PLAIN, MOUNTING]) {
		const { exitCode, errors } = await job.step(dist, 'build-push', {
			registry: ecr.host(account),
			repository,
			tags: 'v1',
			'oci-layout': directory,
			'create-repository': 'true',
		});
		if (exitCode !== 0) throw new Error(errors.join('\n'));
	}
	return { repository, digest, blobs };
}

function makeLayout(layers) {
	const directory = join(work, `layout-${layers}`);
	const folder = join(directory, 'blobs', 'sha256');
	mkdirSync(folder, { recursive: true });
	let blobs = 0;
	const put = (bytes, mediaType) => {
		const hex = createHash('sha256').update(bytes).digest('hex');
		writeFileSync(join(folder, hex), bytes);
		blobs += 1;
		return { mediaType, digest: `sha256:${hex}`, size: bytes.length };
	};
	const layer = () => put(randomBytes(layers === 10 ? 1 << 20 : 200_000), 'application/vnd.oci.image.layer.v1.tar');
	const shared = Array.from({ length: layers / 2 }, layer);
	const manifests = ['amd64', 'arm64'].map((architecture) => {
		const own = Array.from({ length: layers / 2 }, layer);
		const config = put(
			Buffer.from(JSON.stringify({ architecture, os: 'linux', rootfs: { type: 'layers', diff_ids: [] } })),
			'application/vnd.oci.image.config.v1+json',
		);
		const manifest = put(
			Buffer.from(
				JSON.stringify({
					schemaVersion: 2,
					mediaType: 'application/vnd.oci.image.manifest.v1+json',
					config,
					layers: [...shared, ...own],
				}),
			),
			'application/vnd.oci.image.manifest.v1+json',
		);
		blobs -= 1;
		return { ...manifest, platform: { os: 'linux', architecture } };
	});
	const index = put(
		Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json', manifests })),
		'application/vnd.oci.image.index.v1+json',
	);
	blobs -= 1;
	writeFileSync(join(directory, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
	writeFileSync(join(directory, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [index] }));
	return { directory, digest: index.digest, blobs };
}

function write(results) {
	const folder = join(root, 'docs', 'benchmarks');
	mkdirSync(folder, { recursive: true });
	const sections = results.map(({ blobs, rows }) => {
		const scenarios = Object.keys(rows[0].cells);
		const ours = rows[0].cells;
		const cell = (scenario, { requests, milliseconds, failed }) =>
			`${requests} / ${Math.round(milliseconds)}${failed ? ' **failed**' : ''} (${(milliseconds / ours[scenario].milliseconds).toFixed(2)}×)`;
		return [
			`## ${blobs} blobs, 2 platforms`,
			'',
			`| | ${scenarios.join(' | ')} |`,
			`|---|${scenarios.map(() => '---|').join('')}`,
			...rows.map(
				({ tool, cells }) =>
					`| ${tool} | ${scenarios.map((scenario) => cell(scenario, cells[scenario])).join(' | ')} |`,
			),
		].join('\n');
	});
	const text = `# Promotion, side by side\n\nRequests / milliseconds of the whole process, and the time as a multiple of ours; the best of ${options.repeat} runs. local-ecr on loopback adds ${LATENCY} ms to every request.\nWritten by \`npm run bench:promote\`.\n\n![cold copies](promote.svg)\n\n${sections.join('\n\n')}\n`;
	writeFileSync(join(folder, 'promote.md'), text);
	writeFileSync(join(folder, 'promote.svg'), chart(results));
	console.log(text);
}

/** A bar for each tool: the cold copy between two registries, for each image. */
function chart(results) {
	const bars = results.flatMap(({ blobs, rows }) =>
		rows.map(({ tool, cells }) => ({
			label: `${tool}, ${blobs} blobs`,
			ms: cells['other registry, cold'].milliseconds,
			ours: tool === 'promote-by-digest',
		})),
	);
	const longest = Math.max(...bars.map(({ ms }) => ms));
	const lines = bars.map(({ label, ms, ours }, index) => {
		const y = 20 + index * 24;
		return `<text x="250" y="${y + 13}" text-anchor="end">${label}</text><rect x="260" y="${y}" width="${((ms / longest) * 400).toFixed(1)}" height="16" fill="${ours ? '#1a7f37' : '#8c959f'}"/><text x="${265 + (ms / longest) * 400}" y="${y + 13}">${Math.round(ms)} ms</text>`;
	});
	return `<svg xmlns="http://www.w3.org/2000/svg" width="740" height="${30 + bars.length * 24}" font-family="sans-serif" font-size="12"><title>Cold copies between two registries</title>\n${lines.join('\n')}\n</svg>\n`;
}

async function startLocalEcr() {
	const seed = join(work, 'seed.json');
	writeFileSync(
		seed,
		JSON.stringify({ registries: [{ account: MOUNTING, region: REGION, settings: { BLOB_MOUNTING: 'ENABLED' } }] }),
	);
	const child = spawn(
		process.execPath,
		[
			join(dist, 'local-ecr/index.js'),
			'--port',
			'0',
			'--account',
			PLAIN,
			'--region',
			REGION,
			'--latency-ms',
			String(LATENCY),
			'--seed',
			seed,
			'--print-env',
			'json',
		],
		{ stdio: ['ignore', 'pipe', 'inherit'] },
	);
	const line = await new Promise((resolve) => child.stdout.once('data', (chunk) => resolve(String(chunk))));
	const { url, environment } = JSON.parse(line);
	const { AWS_ENDPOINT_URL, ACTIONS_ID_TOKEN_REQUEST_URL, ACTIONS_ID_TOKEN_REQUEST_TOKEN } = environment;
	const call = async (account, operation, body) => {
		const response = await fetch(url, {
			method: 'POST',
			headers: {
				'content-type': 'application/x-amz-json-1.1',
				'x-amz-target': `AmazonEC2ContainerRegistry_V20150921.${operation}`,
				authorization: `AWS4-HMAC-SHA256 Credential=AKIA${account}TEST/20260101/${REGION}/ecr/aws4_request, SignedHeaders=host, Signature=0`,
			},
			body: JSON.stringify(body),
		});
		if (!response.ok) throw new Error(`${operation}: ${await response.text()}`);
		return response.json();
	};
	const hosts = new Map();
	return {
		hosts,
		host: (account) => hosts.get(account),
		environment: { AWS_ENDPOINT_URL, ACTIONS_ID_TOKEN_REQUEST_URL, ACTIONS_ID_TOKEN_REQUEST_TOKEN },
		requests: async () => (await (await fetch(`${url}/_local/requests/counts`)).json()).total,
		create: (account, ...names) =>
			Promise.all(names.map((repositoryName) => call(account, 'CreateRepository', { repositoryName }))),
		/** Takes every image away and leaves the layers. */
		async emptyOfManifests(account, repositoryName) {
			for (;;) {
				const { imageIds } = await call(account, 'ListImages', { repositoryName });
				if (imageIds.length === 0) return;
				await call(account, 'BatchDeleteImage', {
					repositoryName,
					imageIds: imageIds.map(({ imageDigest }) => ({ imageDigest })),
				});
			}
		},
		stop: () => child.kill(),
	};
}
