import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execute } from './command.ts';
import { BUILD, type Job, LAYOUT, logIn, REGION, startWorld, type TestWorld } from './world.ts';

let world: TestWorld;
let host = '';
beforeAll(async () => {
	world = await startWorld({
		registries: [{ account: BUILD.account, region: REGION, repositories: [{ name: 'app' }] }],
	});
	({ host } = await world.ecr.registry(BUILD.account, REGION));
});
afterAll(() => world.close());

/** An empty image store for each call, so that buildah has to ask the registry. */
const storage = () => mkdtempSync(join(tmpdir(), 'buildah-'));
const image = () => `${host}/app:1`;
/** What each tool does with the registry once it is logged in: one that writes, and several that read. */
const TOOLS: readonly (readonly [tool: string, commandArguments: () => readonly string[]])[] = [
	['skopeo', () => ['copy', '--dest-tls-verify=false', `oci:${LAYOUT}`, `docker://${image()}`]],
	['skopeo', () => ['inspect', '--raw', '--tls-verify=false', `docker://${image()}`]],
	['crane', () => ['digest', '--insecure', image()]],
	['oras', () => ['manifest', 'fetch', '--plain-http', image()]],
	[
		'buildah',
		() => [
			'--root',
			storage(),
			'--runroot',
			storage(),
			'--storage-driver',
			'vfs',
			'pull',
			'--tls-verify=false',
			image(),
		],
	],
	['docker', () => ['pull', image()]],
];

function isInstalled(tool: string): boolean {
	const found = (process.env.PATH ?? '').split(delimiter).some((directory) => existsSync(join(directory, tool)));
	return found && (tool !== 'docker' || spawnSync('docker', ['version'], { stdio: 'ignore' }).status === 0);
}

/** Later steps read only Docker's configuration: no AWS credentials, no other file with logins. */
function use(job: Job, tool: string, commandArguments: readonly string[]) {
	const env = {
		...process.env,
		...job.variables,
		XDG_RUNTIME_DIR: job.directory,
		AWS_ACCESS_KEY_ID: '',
		AWS_SECRET_ACCESS_KEY: '',
	};
	return execute(tool, commandArguments, env);
}

function filesBelow(directory: string): string[] {
	return readdirSync(directory, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile())
		.map((entry) => join(entry.parentPath, entry.name));
}

describe.each(['config', 'helper'])('docker-auth: %s', (dockerAuth) => {
	let job: Job;
	beforeAll(async () => {
		job = world.job();
		await logIn(job, BUILD, { 'docker-auth': dockerAuth });
	});

	for (const [tool, commandArguments] of TOOLS) {
		const test = isInstalled(tool) && isInstalled('skopeo') ? it : it.skip;
		test(`is understood by ${tool}: ${commandArguments()[0] ?? ''}`, async () => {
			const result = await use(job, tool, commandArguments());
			expect(result).toMatchObject({ exitCode: 0 });
		}, 60_000);
		test(`is over for ${tool} after the post step: ${commandArguments()[0] ?? ''}`, async () => {
			const other = world.job();
			await logIn(other, BUILD, { 'docker-auth': dockerAuth });
			await other.finish();
			expect((await use(other, tool, commandArguments())).exitCode).not.toBe(0);
			expect(filesBelow(join(other.directory, 'docker'))).toEqual([]);
			expect(filesBelow(other.temporary)).toEqual([]);
		}, 60_000);
	}
});

describe('the credential helper', () => {
	const ask = (job: Job, registry = host) =>
		execute('docker-credential-ecr-pipeline', ['get'], job.variables, registry);

	it('leaves nothing secret on disk', async () => {
		const job = world.job();
		const { lines } = await logIn(job, BUILD, { 'docker-auth': 'helper', 'export-credentials': 'false' });
		const { stdout } = await ask(job);
		const secrets = [
			JSON.parse(stdout).Secret as string,
			...lines.filter((line) => line.startsWith('::add-mask::')).map((line) => line.slice('::add-mask::'.length)),
		];
		expect(secrets.length).toBeGreaterThan(4);
		for (const path of filesBelow(job.directory)) {
			const bytes = readFileSync(path);
			for (const secret of secrets) expect([path, bytes.includes(secret)]).toEqual([path, false]);
		}
	});

	it('mints a fresh token for each call, also when the session has ended', async () => {
		const job = world.job();
		await logIn(job, BUILD, { 'docker-auth': 'helper', 'export-credentials': 'false' });
		const first = JSON.parse((await ask(job)).stdout);
		world.ecr.advance(13 * 3600);
		const counts = await world.counting(async () => {
			const second = JSON.parse((await ask(job)).stdout);
			expect(second).toMatchObject({ ServerURL: host, Username: 'AWS' });
			expect(second.Secret).not.toBe(first.Secret);
		});
		expect(counts).toEqual({
			'github:GetToken': 1,
			'sts:AssumeRoleWithWebIdentity': 1,
			'ecr:GetAuthorizationToken': 1,
		});
		const authorization = `Basic ${Buffer.from(`AWS:${JSON.parse((await ask(job)).stdout).Secret}`).toString('base64')}`;
		expect((await fetch(`http://${host}/v2/`, { headers: { authorization } })).status).toBe(200);
	});

	it('takes one request while the exported session lasts', async () => {
		const job = world.job();
		await logIn(job, BUILD, { 'docker-auth': 'helper' });
		expect(await world.counting(() => ask(job))).toEqual({ 'ecr:GetAuthorizationToken': 1 });
	});

	it('knows nothing of other hosts, and says so in the words of the protocol', async () => {
		const job = world.job();
		await logIn(job, BUILD, { 'docker-auth': 'helper' });
		const { exitCode, stdout } = await ask(job, 'ghcr.io');
		expect([exitCode, stdout.trim()]).toEqual([1, 'credentials not found in native keychain']);
	});
});

describe('a session that has ended', () => {
	it('is renewed in the same way by the step that needs it', async () => {
		const job = world.job();
		await logIn(job, BUILD);
		const path = job.variables.ECR_PIPELINE_LOGINS ?? '';
		world.ecr.advance(13 * 3600);
		const past = new Date(Date.now() - 60_000).toISOString();
		const record = JSON.parse(readFileSync(path, 'utf8'));
		for (const login of record.logins) {
			login.registryCredentialsExpire = past;
			login.session.expiration = past;
		}
		writeFileSync(path, JSON.stringify(record));
		const counts = await world.counting(async () => {
			const result = await job.run('build-push', { repository: 'app', tags: 'renewed', 'oci-layout': LAYOUT });
			expect(result.errors).toEqual([]);
		});
		expect(counts).toMatchObject({ 'github:GetToken': 1, 'sts:AssumeRoleWithWebIdentity': 1 });
	});
});

describe('eight jobs at once on one runner', () => {
	it.each(['config', 'helper'])(
		'do not log each other out, whoever leaves first (%s)',
		async (dockerAuth) => {
			const shared = mkdtempSync(join(tmpdir(), 'shared-'));
			const jobs = Array.from({ length: 8 }, () => world.job({ DOCKER_CONFIG: shared }));
			await Promise.all(jobs.map((job) => logIn(job, BUILD, { 'docker-auth': dockerAuth })));
			const [last, ...others] = jobs;
			if (last === undefined) throw new Error('no job');
			const posts = await Promise.all(others.map((job) => job.finish()));
			expect(posts.flat().flatMap(({ lines }) => lines.filter((line) => line.startsWith('::')))).toEqual([]);
			const config = JSON.parse(readFileSync(join(shared, 'config.json'), 'utf8'));
			if (dockerAuth === 'helper') expect(config.credHelpers).toEqual({ [host]: 'ecr-pipeline' });
			else {
				const record = JSON.parse(readFileSync(last.variables.ECR_PIPELINE_LOGINS ?? '', 'utf8')).logins[0];
				const { username, password } = record.registryCredentials;
				expect(config.auths[host].auth).toBe(Buffer.from(`${username}:${password}`).toString('base64'));
			}
			await last.finish();
			expect(readdirSync(shared)).toEqual([]);
		},
		60_000,
	);
});

describe('a main step that fails half-way', () => {
	it('is cleaned up by its post step', async () => {
		const job = world.job();
		writeFileSync(join(job.directory, 'docker', 'config.json'), '{ broken');
		const { exitCode } = await job.run('ecr-login-oidc', { 'role-to-assume': BUILD.role, 'aws-region': REGION });
		expect(exitCode).toBe(1);
		expect(filesBelow(job.temporary)).toHaveLength(1);
		await job.finish();
		expect(filesBelow(job.temporary)).toEqual([]);
		expect(readFileSync(join(job.directory, 'docker', 'config.json'), 'utf8')).toBe('{ broken');
	});
});
