import { randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execute } from './command.ts';
import { CLIENTS, type FoundClient, findClient, forgetImages } from './login-clients.ts';
import { BUILD, type Job, LAYOUT, logIn, REGION, startWorld, type TestWorld } from './world.ts';

let world: TestWorld;
let host = '';
beforeAll(async () => {
	world = await startWorld({
		registries: [{ account: BUILD.account, region: REGION, repositories: [{ name: 'app' }] }],
	});
	({ host } = await world.ecr.registry(BUILD.account, REGION));
});
afterAll(async () => {
	forgetImages(host);
	await world.close();
});

const clients: { readonly name: string; readonly client: FoundClient | undefined }[] = [];
// One after another: what is missing is installed, and two of apt-get lock each other out.
for (const client of CLIENTS) clients.push({ name: client.name, client: await findClient(client) });

function filesBelow(directory: string): string[] {
	return readdirSync(directory, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile())
		.map((entry) => join(entry.parentPath, entry.name));
}

describe.each(['config', 'helper'])('docker-auth: %s', (dockerAuth) => {
	for (const { name, client } of clients) {
		const test = client === undefined ? it.skip : it;
		const image = () => `${host}/app:${name}-${dockerAuth}`;
		test(`is understood by ${name}, which pushes and reads`, async () => {
			const job = world.job();
			await logIn(job, BUILD, { 'docker-auth': dockerAuth });
			expect(await client?.push(job, image())).toMatchObject({ exitCode: 0 });
			expect(await client?.read(job, image())).toMatchObject({ exitCode: 0 });
		}, 60_000);
		test(`is over for ${name} after the post step`, async () => {
			const job = world.job();
			await logIn(job, BUILD, { 'docker-auth': dockerAuth });
			await job.finish();
			expect((await client?.read(job, image()))?.exitCode).not.toBe(0);
			expect(filesBelow(join(job.directory, 'docker'))).toEqual([]);
			expect(filesBelow(job.temporary)).toEqual([]);
		}, 60_000);
	}
});

describe('a step that begins when session and token have ended', () => {
	const later = async (dockerAuth: string): Promise<Job> => {
		const job = world.job();
		await logIn(job, BUILD, { 'docker-auth': dockerAuth, 'export-credentials': 'false' });
		world.ecr.advance(13 * 3600);
		return job;
	};
	for (const { name, client } of clients) {
		const test = client === undefined ? it.skip : it;
		test(`pushes with ${name} by docker-auth: helper, and is refused by docker-auth: config`, async () => {
			const image = `${host}/app:${name}-later`;
			expect((await client?.push(await later('config'), image))?.exitCode).not.toBe(0);
			expect(await client?.push(await later('helper'), image)).toMatchObject({ exitCode: 0 });
		}, 60_000);
	}
});

describe('a build between its base image and its push', () => {
	const { client } = clients.find(({ name }) => name === 'docker-buildx') ?? {};
	(client === undefined ? it.skip : it)(
		'may outlast a token: docker buildx asks the helper for each of the two',
		async () => {
			const job = world.job();
			await logIn(job, BUILD, { 'docker-auth': 'helper', 'export-credentials': 'false' });
			expect((await job.run('build-push', { repository: 'app', tags: 'base', 'oci-layout': LAYOUT })).errors).toEqual(
				[],
			);
			const context = mkdtempSync(join(tmpdir(), 'context-'));
			writeFileSync(join(context, 'Dockerfile'), `FROM ${host}/app:base\nCOPY unique /unique\n`);
			writeFileSync(join(context, 'unique'), randomUUID());
			const since = world.ecr.requests().at(-1)?.id ?? 0;
			expect(await client?.push(job, `${host}/app:derived`, context)).toMatchObject({ exitCode: 0 });
			const operations = world.ecr.requests(since).map(({ operation }) => operation);
			// A daemon that has seen the base image before asks only whether its tag still stands there.
			const base = operations.findIndex((operation) => /^v2:(?:Head|Get)Manifest$/.test(operation));
			const pushed = operations.indexOf('v2:StartUpload');
			const tokens = (from: number, to: number) =>
				operations.slice(from, to).filter((operation) => operation === 'ecr:GetAuthorizationToken').length;
			expect([tokens(0, base), tokens(base, pushed)]).toEqual([1, 1]);
		},
		60_000,
	);
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

/** How many steps are logged in by a Docker configuration, as they have noted it beside it. */
function claimsIn(directory: string): number {
	return JSON.parse(readFileSync(join(directory, 'config.json.ecr-pipeline.json'), 'utf8')).hosts[host].claims.length;
}

describe.each([1, 2, 3, 4, 5])('eight jobs at once on one runner, round %i of 5', () => {
	it.each(['config', 'helper'])(
		'do not log each other out, whoever leaves first (%s)',
		async (dockerAuth) => {
			const shared = mkdtempSync(join(tmpdir(), 'shared-'));
			const jobs = Array.from({ length: 8 }, () => world.job({ DOCKER_CONFIG: shared }));
			const counts = await world.counting(() =>
				Promise.all(jobs.map((job) => logIn(job, BUILD, { 'docker-auth': dockerAuth }))),
			);
			expect(new Set(Object.values(counts))).toEqual(new Set([8]));
			expect(claimsIn(shared)).toBe(8);
			const [last, ...others] = jobs;
			if (last === undefined) throw new Error('no job');
			const posts = await Promise.all(others.map((job) => job.finish()));
			expect(posts.flat().flatMap(({ lines }) => lines.filter((line) => line.startsWith('::')))).toEqual([]);
			expect(claimsIn(shared)).toBe(1);
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
