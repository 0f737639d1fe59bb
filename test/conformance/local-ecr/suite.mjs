// The OCI distribution conformance suite against local-ecr, once with chunked uploads and once as ECR is.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { find, run } from '../../peers/command.mjs';
import { logIn, startServer } from './process.mjs';
import { ALWAYS, CHUNKS, NOT_ASKED } from './refused.mjs';

const SUITE = 'github.com/opencontainers/distribution-spec/conformance@v0.0.0-20260831232431-97274622c111';
const [REPOSITORY, OTHER] = ['conformance/repo1', 'conformance/repo2'];
/** What the suite asks of registries only on request, and local-ecr has. */
const ASKED = ['OCI_API_BLOBS_UPLOAD_CANCEL', 'OCI_API_BLOBS_DIGEST_HEADER', 'OCI_API_MANIFESTS_DIGEST_HEADER'];

const MODES = [
	{ name: 'with --multi-patch', options: ['--multi-patch'], rules: ALWAYS },
	{ name: 'as ECR is', options: [], rules: [...CHUNKS, ...ALWAYS] },
];

/** @returns {Promise<'green' | 'failed' | 'not run'>} */
export async function runSuite() {
	const directory = await mkdtemp(join(tmpdir(), 'local-ecr-conformance-'));
	try {
		const missing = await build(directory);
		if (missing !== undefined) {
			console.log(`NOT RUN: the OCI distribution conformance suite: ${missing}`);
			return 'not run';
		}
		for (const [variable, reason] of Object.entries(NOT_ASKED)) console.log(`not asked for: ${variable}: ${reason}`);
		const results = [];
		for (const mode of MODES) results.push(await check(mode, directory));
		return results.every(Boolean) ? 'green' : 'failed';
	} finally {
		await rm(directory, { recursive: true, force: true });
	}
}

async function build(directory) {
	if ((await find('go')) === undefined) return 'go is not installed';
	const env = { ...process.env, GOBIN: directory, GOFLAGS: '-mod=mod' };
	const { code, stderr } = await run('go', ['install', SUITE], { env });
	return code === 0 ? undefined : `it cannot be built: ${stderr.trim().split('\n').at(-1)}`;
}

async function check({ name, options, rules }, directory) {
	const seed = join(directory, 'seed.json');
	await writeFile(seed, JSON.stringify({ repositories: [REPOSITORY, OTHER] }));
	const server = await startServer([...options, '--seed', seed]);
	try {
		const { host, password } = await logIn(server);
		const { stdout } = await run(join(directory, 'conformance'), [], {
			cwd: directory,
			env: {
				...process.env,
				OCI_REGISTRY: host,
				OCI_TLS: 'disabled',
				OCI_REPO1: REPOSITORY,
				OCI_REPO2: OTHER,
				OCI_USERNAME: 'AWS',
				OCI_PASSWORD: password,
				...Object.fromEntries(ASKED.map((variable) => [variable, 'true'])),
				...Object.fromEntries(Object.keys(NOT_ASKED).map((variable) => [variable, 'false'])),
			},
		});
		return report(name, rules, readCases(stdout));
	} finally {
		await server.stop();
	}
}

/** The cases of the suite's report, without the groups that they stand in. */
function readCases(output) {
	const lines = [...output.matchAll(/^ *OCI Conformance Test\/(.+): (Pass|FAIL|Skip|Error|Disabled)$/gm)];
	const all = lines.map(([, name, result]) => ({ name, result }));
	return all.filter(({ name }, position) => !all[position + 1]?.name.startsWith(`${name}/`));
}

function report(title, rules, cases) {
	const ruleOf = ({ name }) => rules.find((rule) => matches(rule.case, name));
	const surprises = cases.filter((one) => one.result !== (ruleOf(one)?.result ?? 'Pass'));
	const unused = rules.filter((rule) => !cases.some((one) => ruleOf(one) === rule));
	const passed = cases.filter(({ result }) => result === 'Pass').length;
	console.log(
		`${title}: ${cases.length} cases, ${passed} pass, ${cases.length - passed} refused, ${surprises.length} surprises`,
	);
	for (const rule of rules) {
		const count = cases.filter((one) => ruleOf(one) === rule).length;
		console.log(`  ${rule.result} ${count} × ${rule.case}: ${rule.why}`);
	}
	for (const { name, result } of surprises) console.log(`  SURPRISE: ${name}: ${result}`);
	for (const rule of unused) console.log(`  LISTED, BUT NO SUCH CASE: ${rule.case}`);
	// A report that could not be read has no cases, and therefore no surprises.
	return passed > 300 && surprises.length === 0 && unused.length === 0;
}

function matches(pattern, name) {
	return pattern.startsWith('*/') ? name.endsWith(pattern.slice(1)) : name === pattern;
}
