// The OCI distribution conformance suite against local-ecr: `node test/conformance/local-ecr/run.mjs`.
// Green is the exact list below: a case that fails and is not listed is a failure, and so is a listed one that passes.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { find, run, startServer } from './process.mjs';

const SUITE = 'github.com/opencontainers/distribution-spec/conformance@v0.0.0-20260831232431-97274622c111';
const REPOSITORIES = ['conformance/repo1', 'conformance/repo2'];

/** What ECR itself refuses, so that the suite is told not to ask for it. */
const NOT_ASKED = { OCI_DATA_SHA512: 'ECR takes sha256 digests only' };

const MODES = [
	{ name: 'with --multi-patch', options: ['--multi-patch'], refused: {} },
	{
		name: 'as ECR is',
		options: [],
		refused: {
			'Blob chunked': 'ECR loses the bodies after the first PATCH (aws/containers-roadmap#2831)',
			'Blob streaming': 'ECR answers a PATCH with 201 rather than 202 (aws/containers-roadmap#2831)',
			'Blobs sha256': 'the kind of data that the two above are tried with; every other upload of it passes',
		},
	},
];

async function build(directory) {
	if ((await find('go')) === undefined) return 'go is not installed';
	const env = { ...process.env, GOBIN: directory, GOFLAGS: '-mod=mod' };
	const { code, stderr } = await run('go', ['install', SUITE], { env });
	return code === 0 ? undefined : `the suite cannot be built: ${stderr.trim().split('\n').at(-1)}`;
}

async function check({ name, options, refused }, directory) {
	const seed = join(directory, 'seed.json');
	await writeFile(seed, JSON.stringify({ repositories: REPOSITORIES }));
	const server = await startServer([...options, '--seed', seed]);
	try {
		const { stdout } = await run(join(directory, 'conformance'), [], {
			cwd: directory,
			env: {
				...process.env,
				OCI_REGISTRY: server.host,
				OCI_TLS: 'disabled',
				OCI_REPO1: REPOSITORIES[0],
				OCI_REPO2: REPOSITORIES[1],
				OCI_USERNAME: 'AWS',
				OCI_PASSWORD: await password(server),
				...Object.fromEntries(Object.keys(NOT_ASKED).map((variable) => [variable, 'false'])),
			},
		});
		return report(name, refused, stdout);
	} finally {
		await server.stop();
	}
}

async function password({ url, environment }) {
	const credential = `${environment.AWS_ACCESS_KEY_ID}/20260101/${environment.AWS_REGION}/ecr/aws4_request`;
	const answer = await fetch(url, {
		method: 'POST',
		headers: {
			'x-amz-target': 'AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken',
			authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host, Signature=0`,
		},
		body: '{}',
	});
	const { authorizationData } = await answer.json();
	return Buffer.from(authorizationData[0].authorizationToken, 'base64').toString().slice('AWS:'.length);
}

function report(name, refused, output) {
	const lines = [...output.matchAll(/^ {2}(\w.*?)\.+:\s+(\S+)$/gm)].map(([, what, result]) => [what, result]);
	const cases = lines.filter(([, result]) => !/^\d+$/.test(result));
	const totals = lines.filter(([, result]) => /^\d+$/.test(result)).map(([what, count]) => `${count} ${what}`);
	const failed = cases.filter(([, result]) => result === 'FAIL' || result === 'Error').map(([what]) => what);
	const surprises = failed.filter((what) => refused[what] === undefined);
	const gone = Object.keys(refused).filter((what) => !failed.includes(what));
	console.log(`${name}: ${totals.join(', ')}`);
	for (const what of failed) console.log(`  refused: ${what}: ${refused[what] ?? 'NOT LISTED'}`);
	for (const what of gone) console.log(`  passes, although it is listed as refused: ${what}`);
	return cases.length > 20 && surprises.length === 0 && gone.length === 0;
}

const directory = await mkdtemp(join(tmpdir(), 'local-ecr-conformance-'));
try {
	const missing = await build(directory);
	if (missing !== undefined) {
		console.log(`NOT RUN: OCI distribution conformance: ${missing}`);
	} else {
		for (const [variable, reason] of Object.entries(NOT_ASKED)) console.log(`not asked for: ${variable}: ${reason}`);
		const results = [];
		for (const mode of MODES) results.push(await check(mode, directory));
		console.log(results.every(Boolean) ? 'conformance: green' : 'conformance: FAILED');
		process.exitCode = results.every(Boolean) ? 0 : 1;
	}
} finally {
	await rm(directory, { recursive: true, force: true });
}
