import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { execute } from './command.ts';
import { type Forwarder, startForwarder } from './forwarder.ts';
import { BUILD, type Job, REGION, type StepResult, startWorld, type TestWorld } from './world.ts';

let world: TestWorld;
let forwarder: Forwarder;
beforeAll(async () => {
	world = await startWorld();
});
afterEach(() => forwarder.close());
afterAll(() => world.close());

/** Everything secret that went over the wire, as the servers gave it: the code under test is not asked. */
function secretsOnTheWire(): string[] {
	const found = forwarder.exchanges.flatMap(({ headers, answer }) => {
		const tags = ['SecretAccessKey', 'SessionToken'].flatMap((tag) =>
			[...answer.matchAll(new RegExp(`<${tag}>([^<]+)<`, 'g'))].map(([, value]) => value),
		);
		const tokens = [...answer.matchAll(/"authorizationToken":"([^"]+)"/g)].flatMap(([, value = '']) => [
			value,
			Buffer.from(value, 'base64').toString('utf8').replace(/^AWS:/, ''),
		]);
		const oidc = [...answer.matchAll(/"value":"(ey[^"]+)"/g)].map(([, value]) => value);
		const bearer = headers.authorization?.startsWith('bearer ') ? [headers.authorization.slice(7)] : [];
		return [...tags, ...tokens, ...oidc, ...bearer];
	});
	return [...new Set(found.filter((secret) => secret !== undefined))];
}

function filesWithSecrets(job: Job, secrets: readonly string[]): string[] {
	return readdirSync(job.directory, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile())
		.map((entry) => join(entry.parentPath, entry.name))
		.filter((path) => secrets.some((secret) => readFileSync(path).includes(secret)))
		.map((path) => path.slice(job.directory.length + 1))
		.sort();
}

/** A line may hold a secret only if it is the command that masks it, and no line before it may. */
function printedInTheClear({ lines }: StepResult, secrets: readonly string[]): string[] {
	return lines.filter((line) => !line.startsWith('::add-mask::') && secrets.some((secret) => line.includes(secret)));
}

const ENV = '1-env';
const RECORD = 'temp/ecr-pipeline-logins.json';
const DOCKER = ['docker/config.json', 'docker/config.json.ecr-pipeline.json'];
const CASES: readonly (readonly [string, Record<string, string>, readonly string[]])[] = [
	['as it is', {}, [ENV, ...DOCKER, RECORD]],
	['without export', { 'export-credentials': 'false' }, [...DOCKER, RECORD]],
	['with the helper', { 'docker-auth': 'helper' }, [ENV]],
	['with the helper, without export', { 'docker-auth': 'helper', 'export-credentials': 'false' }, []],
	['without Docker', { 'docker-auth': 'none', 'export-credentials': 'false' }, [RECORD]],
	[
		'with a profile',
		{ 'aws-profile': 'p', 'export-credentials': 'false' },
		['.aws/credentials', ...DOCKER, RECORD, 'profile'],
	],
	['with credentials as outputs', { 'output-credentials': 'true', 'docker-auth': 'none' }, [ENV, '1-output', RECORD]],
	['with a chain', { 'role-chain': 'arn:aws:iam::222222222222:role/spoke' }, [ENV, ...DOCKER, RECORD]],
	['refused', { 'allowed-account-ids': '999999999999' }, []],
	['refused by STS', { 'role-to-assume': 'arn:aws:iam::111111111111:role/none', 'retry-max-attempts': '1' }, []],
	['with debug logging', { debug: '1', 'export-credentials': 'false' }, [...DOCKER, RECORD]],
];

describe.each(CASES)('a login %s', (_, { debug, ...inputs }, expected) => {
	it('prints no secret but to mask it, and leaves secrets only where they belong, until the post step', async () => {
		await world.ecr.seed(
			JSON.stringify({ roles: [{ arn: 'arn:aws:iam::222222222222:role/spoke', trust: { principals: [BUILD.role] } }] }),
		);
		forwarder = await startForwarder(world.ecr.url);
		const { pathname, search } = new URL(world.ecr.environment().ACTIONS_ID_TOKEN_REQUEST_URL ?? '');
		const job = world.job({
			AWS_ENDPOINT_URL: forwarder.url,
			ACTIONS_ID_TOKEN_REQUEST_URL: `${forwarder.url}${pathname}${search}`,
			...(debug === undefined ? {} : { RUNNER_DEBUG: debug }),
		});
		const result = await job.run('ecr-login-oidc', { 'role-to-assume': BUILD.role, 'aws-region': REGION, ...inputs });
		const secrets = secretsOnTheWire();
		expect(secrets.length).toBeGreaterThanOrEqual(2);
		expect(printedInTheClear(result, secrets)).toEqual([]);
		const files = filesWithSecrets(job, secrets).map((path) => path.replace(/^temp\/ecr-profile-.*$/, 'profile'));
		files.sort();
		expect(files).toEqual([...expected].sort());
		expect(JSON.stringify([result.state, result.summary])).not.toMatch(new RegExp(secrets.map(literally).join('|')));
		for (const post of await job.finish()) expect(printedInTheClear(post, secrets)).toEqual([]);
		const theRunners = [ENV, '1-output'];
		expect(filesWithSecrets(job, secrets).filter((path) => !theRunners.includes(path))).toEqual([]);
		expect(existsSync(join(job.directory, 'docker', 'config.json'))).toBe(false);
	}, 60_000);
});

const literally = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

it('a secret is masked before it is printed or written anywhere', async () => {
	forwarder = await startForwarder(world.ecr.url);
	const job = world.job({ AWS_ENDPOINT_URL: forwarder.url });
	const result = await job.run('ecr-login-oidc', { 'role-to-assume': BUILD.role, 'aws-region': REGION });
	const masked = result.lines.filter((line) => line.startsWith('::add-mask::')).map((line) => line.slice(12));
	const { auths } = JSON.parse(readFileSync(join(job.directory, 'docker', 'config.json'), 'utf8'));
	const [{ auth }] = Object.values(auths) as [{ auth: string }];
	for (const secret of [...secretsOnTheWire(), auth]) expect(masked).toContain(secret);
});

it('the helper answers with the password alone, and prints nothing else that is secret', async () => {
	forwarder = await startForwarder(world.ecr.url);
	const job = world.job({ AWS_ENDPOINT_URL: forwarder.url });
	const { outputs } = await job.run('ecr-login-oidc', {
		'role-to-assume': BUILD.role,
		'aws-region': REGION,
		'docker-auth': 'helper',
		'export-credentials': 'false',
	});
	const { stdout, stderr } = await execute('docker-credential-ecr-pipeline', ['get'], job.variables, outputs.registry);
	const { Secret } = JSON.parse(stdout) as { Secret: string };
	const others = secretsOnTheWire().filter((secret) => secret !== Secret);
	expect(others.filter((secret) => `${stdout}${stderr}`.includes(secret))).toEqual([]);
	expect(filesWithSecrets(job, secretsOnTheWire())).toEqual([]);
});
