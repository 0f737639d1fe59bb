// A release list of many images that all exist at their destination: what the limit of 10 PutImage a second makes of it.
// `node test/bench/promote-list.mjs [--images 500]`. Real time, not scaled: 500 images take the limit's own 50 s.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createJob } from '../../scripts/runner.mjs';

const root = join(import.meta.dirname, '..', '..');
const dist = join(root, 'dist');
const { values: options } = parseArgs({ options: { images: { type: 'string', default: '500' } } });
const images = Number(options.images);
const REGION = 'eu-central-1';
const ACCOUNTS = ['111111111111', '222222222222'];
// What the service lets through in a second (ECR service quotas, PutImage).
const LIMIT = 10;
const work = mkdtempSync(join(tmpdir(), 'bench-list-'));
const ecr = await startLocalEcr();

try {
	const job = createJob({
		directory: work,
		env: { PATH: process.env.PATH ?? '', HOME: work, DOCKER_CONFIG: work, ...ecr.environment },
	});
	const hosts = [];
	for (const account of ACCOUNTS) {
		const login = await job.step(dist, 'ecr-login-oidc', {
			'role-to-assume': `arn:aws:iam::${account}:role/bench`,
			'aws-region': REGION,
		});
		if (login.exitCode !== 0) throw new Error(login.errors.join('\n'));
		hosts.push(login.outputs.registry);
	}
	const config = Buffer.from('{"os":"linux","architecture":"amd64"}');
	const manifests = Array.from({ length: images }, (_, index) => manifest(config, index));
	for (const [index, account] of ACCOUNTS.entries()) await fill(account, hosts[index], config, manifests);
	const list = join(work, 'releases.json');
	const [from, to] = hosts;
	writeFileSync(
		list,
		JSON.stringify({
			version: 1,
			images: manifests.map((text, index) => ({
				image: `${from}/many@${digestOf(text)}`,
				to: [`${to}/many`],
				tags: [`v${index}`],
			})),
		}),
	);
	await fetch(`${ecr.url}/_local/requests`, { method: 'DELETE' });
	const started = performance.now();
	const ran = await job.step(dist, 'promote-by-digest', { 'from-file': list, referrers: 'false' });
	const seconds = (performance.now() - started) / 1000;
	if (ran.exitCode !== 0) throw new Error(ran.errors.join('\n'));
	const counts = await (await fetch(`${ecr.url}/_local/requests/counts`)).json();
	const limit = images / LIMIT;
	console.log(ran.lines.filter((line) => line.startsWith('Setting tags')).join('\n'));
	console.log(
		`${images} images in ${seconds.toFixed(1)} s; the limit's own time is ${limit} s: ${((seconds / limit - 1) * 100).toFixed(1)} %`,
	);
	console.log(JSON.stringify(counts));
	if (seconds > limit * 1.05) {
		console.error('MISSED: more than 5 % over the time of the limit');
		process.exitCode = 1;
	}
} finally {
	ecr.stop();
	rmSync(work, { recursive: true, force: true });
}

function digestOf(bytes) {
	return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

function manifest(config, index) {
	return JSON.stringify({
		schemaVersion: 2,
		mediaType: 'application/vnd.oci.image.manifest.v1+json',
		config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: digestOf(config), size: config.length },
		layers: [],
		annotations: { index: String(index) },
	});
}

/** Makes all of the images be in the repository `many`, past the client whose pace is measured. */
async function fill(account, host, config, manifests) {
	const call = async (operation, input) => {
		const credential = `AKIA${account}TEST/20260101/${REGION}/ecr/aws4_request`;
		const response = await fetch(ecr.url, {
			method: 'POST',
			headers: {
				'content-type': 'application/x-amz-json-1.1',
				'x-amz-target': `AmazonEC2ContainerRegistry_V20150921.${operation}`,
				authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host, Signature=0`,
			},
			body: JSON.stringify(input),
		});
		const text = await response.text();
		if (!response.ok) throw new Error(`${operation}: ${text}`);
		return JSON.parse(text);
	};
	await call('CreateRepository', { repositoryName: 'many', imageTagMutability: 'IMMUTABLE' });
	const { authorizationData } = await call('GetAuthorizationToken', {});
	const headers = { authorization: `Basic ${authorizationData[0].authorizationToken}` };
	const session = await fetch(`http://${host}/v2/many/blobs/uploads/`, { method: 'POST', headers });
	const location = new URL(session.headers.get('location'), `http://${host}`);
	location.searchParams.set('digest', digestOf(config));
	await fetch(location, { method: 'PUT', headers, body: config });
	for (const text of manifests)
		await call('PutImage', {
			repositoryName: 'many',
			imageManifest: text,
			imageManifestMediaType: 'application/vnd.oci.image.manifest.v1+json',
		});
}

/** Starts local-ecr as a process of its own, so that it does not share the step's time. */
function startLocalEcr() {
	const child = spawn(process.execPath, [join(dist, 'local-ecr', 'index.js'), '--port', '0', '--print-env', 'json'], {
		stdio: ['ignore', 'pipe', 'inherit'],
	});
	return new Promise((resolve, reject) => {
		let text = '';
		child.on('exit', (code) => reject(new Error(`local-ecr ended with ${code}`)));
		child.stdout.on('data', (chunk) => {
			text += chunk;
			const line = text.split('\n').find((one) => one.startsWith('{') && one.endsWith('}'));
			if (line === undefined) return;
			const { url, environment } = JSON.parse(line);
			const { AWS_ENDPOINT_URL, ACTIONS_ID_TOKEN_REQUEST_URL, ACTIONS_ID_TOKEN_REQUEST_TOKEN } = environment;
			resolve({
				url,
				environment: { AWS_ENDPOINT_URL, ACTIONS_ID_TOKEN_REQUEST_URL, ACTIONS_ID_TOKEN_REQUEST_TOKEN },
				stop: () => child.kill(),
			});
		});
	});
}
