// Real clients against local-ecr, both directions, two platforms: `node test/conformance/local-ecr/clients.mjs`.
// A client that is not on the PATH is reported as not run.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { find, run, startServer } from './process.mjs';

const LAYOUT = fileURLToPath(new URL('../../../examples/hello/layout', import.meta.url));
const REPOSITORIES = ['source', 'skopeo', 'crane', 'oras', 'buildx'];

async function must(command, args, env, input) {
	const { code, stdout, stderr } = await run(command, args, { env: { ...process.env, ...env }, input });
	assert.equal(code, 0, `${command} ${args.join(' ')}: ${stderr || stdout}`);
	return stdout;
}

/** What a registry answers for a tag: the digest and the platforms of the index. */
async function indexAt({ host, authorization }, repository) {
	const answer = await fetch(`http://${host}/v2/${repository}/manifests/v1`, { headers: { authorization } });
	assert.equal(answer.status, 200, `${repository}:v1 is not there`);
	const { manifests = [] } = await answer.json();
	return {
		digest: answer.headers.get('docker-content-digest'),
		platforms: manifests.map(({ platform }) => platform.architecture).sort(),
	};
}

const CLIENTS = {
	skopeo: async ({ host, env, directory }) => {
		const tls = ['--src-tls-verify=false', '--dest-tls-verify=false'];
		const auth = ['--authfile', join(env.DOCKER_CONFIG, 'config.json')];
		await must(
			'skopeo',
			['copy', '--all', ...tls, ...auth, `docker://${host}/source:v1`, `docker://${host}/skopeo:v1`],
			env,
		);
		await must(
			'skopeo',
			['copy', '--all', ...tls, ...auth, `docker://${host}/skopeo:v1`, `oci:${directory}/out:v1`],
			env,
		);
	},
	crane: async ({ host, env, directory }) => {
		await must('crane', ['cp', `${host}/source:v1`, `${host}/crane:v1`], env);
		await must('crane', ['pull', '--format=oci', `${host}/crane:v1`, join(directory, 'crane')], env);
	},
	oras: async ({ host, env, digest }) => {
		const plain = ['--from-plain-http', '--to-plain-http'];
		await must(
			'oras',
			[
				'attach',
				'--plain-http',
				'--artifact-type',
				'application/x.test',
				'--annotation',
				'a=b',
				`${host}/source@${digest}`,
			],
			env,
		);
		await must('oras', ['cp', '-r', ...plain, `${host}/source:v1`, `${host}/oras:v1`], env);
		const found = await must('oras', ['discover', '--plain-http', '--format', 'json', `${host}/oras:v1`], env);
		assert.equal(
			(JSON.parse(found).referrers ?? JSON.parse(found).manifests).length,
			1,
			'oras discover finds the referrer',
		);
	},
	buildx: async ({ host, env, digest }) => {
		const said = await must('buildx', ['imagetools', 'inspect', `${host}/source:v1`], env);
		assert.ok(
			said.includes(digest) && said.includes('linux/arm64'),
			'imagetools inspect names the digest and the platforms',
		);
		await must('buildx', ['imagetools', 'create', '--tag', `${host}/buildx:v1`, `${host}/source:v1`], env);
	},
};

async function logIn(server, directory) {
	const credential = `${server.environment.AWS_ACCESS_KEY_ID}/20260101/us-east-1/ecr/aws4_request`;
	const headers = {
		'x-amz-target': 'AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken',
		authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host, Signature=0`,
	};
	const { authorizationData } = await (await fetch(server.url, { method: 'POST', headers, body: '{}' })).json();
	const auth = authorizationData[0].authorizationToken;
	await writeFile(join(directory, 'config.json'), JSON.stringify({ auths: { [server.host]: { auth } } }));
	return `Basic ${auth}`;
}

/** Pushes the layout as it is, so that no client is needed to begin with. */
async function pushLayout({ host, authorization }) {
	const read = (digest) => readFile(join(LAYOUT, 'blobs', ...digest.split(':')));
	const send = (method, path, body, type) =>
		fetch(new URL(path, `http://${host}`), { method, body, headers: { authorization, 'content-type': type } });
	const pushBlob = async ({ digest }) => {
		const { headers } = await send('POST', '/v2/source/blobs/uploads/', undefined, 'application/octet-stream');
		const done = await send(
			'PUT',
			`${headers.get('location')}?digest=${digest}`,
			await read(digest),
			'application/octet-stream',
		);
		assert.equal(done.status, 201);
	};
	const pushManifest = async ({ digest, mediaType }, reference) => {
		const bytes = await read(digest);
		const { manifests = [], config, layers = [] } = JSON.parse(bytes);
		for (const child of manifests) await pushManifest(child, child.digest);
		for (const blob of config === undefined ? [] : [config, ...layers]) await pushBlob(blob);
		assert.equal((await send('PUT', `/v2/source/manifests/${reference}`, bytes, mediaType)).status, 201);
	};
	const { manifests } = JSON.parse(await readFile(join(LAYOUT, 'index.json'), 'utf8'));
	await pushManifest(manifests[0], 'v1');
}

const directory = await mkdtemp(join(tmpdir(), 'local-ecr-clients-'));
const seed = join(directory, 'seed.json');
await writeFile(seed, JSON.stringify({ repositories: REPOSITORIES }));
const server = await startServer(['--seed', seed]);
try {
	const authorization = await logIn(server, directory);
	const at = { host: server.host, authorization };
	await pushLayout(at);
	const source = await indexAt(at, 'source');
	assert.deepEqual(source.platforms, ['amd64', 'arm64']);
	for (const [name, work] of Object.entries(CLIENTS)) {
		if ((await find(name)) === undefined) {
			console.log(`NOT RUN: ${name}: not on the PATH`);
			continue;
		}
		try {
			await work({ ...at, directory, digest: source.digest, env: { DOCKER_CONFIG: directory } });
			assert.deepEqual(await indexAt(at, name), source);
			console.log(`${name}: green, ${source.digest} with ${source.platforms.join(' and ')}`);
		} catch (error) {
			console.log(`${name}: FAILED: ${error.message}`);
			process.exitCode = 1;
		}
	}
} finally {
	await server.stop();
	await rm(directory, { recursive: true, force: true });
}
