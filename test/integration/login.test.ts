import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BUILD, type Job, logIn, PRODUCTION, REGION, startWorld, type TestWorld } from './world.ts';

let world: TestWorld;
beforeAll(async () => {
	world = await startWorld();
});
afterAll(() => world.close());

describe('logging in by OIDC', () => {
	it('takes three requests: token, role, registry', async () => {
		const counts = await world.counting(() => logIn(world.job(), BUILD));
		expect(counts).toEqual({
			'github:GetToken': 1,
			'sts:AssumeRoleWithWebIdentity': 1,
			'ecr:GetAuthorizationToken': 1,
		});
	});

	it('names the registry, the account and the session', async () => {
		const { outputs } = await logIn(world.job(), PRODUCTION);
		const { host } = await world.ecr.registry(PRODUCTION.account, REGION);
		expect(outputs).toMatchObject({
			registry: host,
			'aws-account-id': PRODUCTION.account,
			'assumed-role-arn': `arn:aws:sts::${PRODUCTION.account}:assumed-role/production/GitHubActions`,
		});
		expect(Date.parse(outputs['token-expiration'] ?? '')).toBeGreaterThan(Date.now());
	});

	it('prints no secret that is not masked first, and leaves none in outputs, state or summary', async () => {
		const job = world.job();
		const { lines, outputs, state, summary } = await logIn(job, BUILD);
		const masked = lines
			.filter((line) => line.startsWith('::add-mask::'))
			.map((line) => line.slice('::add-mask::'.length));
		const record = JSON.parse(readFileSync(job.variables.ECR_PIPELINE_LOGINS ?? '', 'utf8')).logins[0];
		const secrets = [
			record.registryCredentials.password,
			record.session.secrets.secretAccessKey,
			record.session.secrets.sessionToken,
		];
		for (const secret of secrets) expect(masked).toContain(secret);
		const shown = [
			...lines.filter((line) => !line.startsWith('::add-mask::')),
			JSON.stringify([outputs, state]),
			summary,
		].join('\n');
		for (const secret of secrets) expect(shown).not.toContain(secret);
	});

	it('undoes everything in the post step', async () => {
		const job = world.job();
		await logIn(job, BUILD);
		await logIn(job, PRODUCTION);
		const posts = await job.finish();
		expect(posts.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
		expect(readdirSync(job.temporary)).toEqual([]);
		expect(readdirSync(join(job.directory, 'docker'))).toEqual([]);
	});

	it('stops before anything is exported when the account is not an allowed one', async () => {
		const job = world.job();
		const { exitCode, errors } = await job.run('ecr-login-oidc', {
			'role-to-assume': BUILD.role,
			'aws-region': REGION,
			'allowed-account-ids': PRODUCTION.account,
		});
		expect(exitCode).toBe(1);
		expect(errors).toEqual([expect.stringContaining('Nothing has been exported')]);
		expect(job.variables).not.toHaveProperty('AWS_ACCESS_KEY_ID');
	});
});

describe('a role that does not trust the token', () => {
	it("is explained with the token's claims and a statement that would match", async () => {
		await world.ecr.seed(
			JSON.stringify({
				roles: [
					{
						arn: 'arn:aws:iam::111111111111:role/other',
						trust: { audience: 'sts.amazonaws.com', subjects: ['repo:someone/else:*'] },
					},
				],
			}),
		);
		const { exitCode, errors } = await refused('arn:aws:iam::111111111111:role/other');
		expect(exitCode).toBe(1);
		expect(errors).toHaveLength(1);
		expect(errors[0]).toContain('sub: repo:octo-org/hello:ref:refs/heads/main');
		expect(errors[0]).toContain('sts:AssumeRoleWithWebIdentity');
	}, 60_000);
});

async function refused(role: string) {
	const job: Job = world.job();
	return job.run('ecr-login-oidc', { 'role-to-assume': role, 'aws-region': REGION });
}
