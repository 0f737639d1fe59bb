import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Forwarder, startForwarder } from './forwarder.ts';
import { BUILD, REGION, startWorld, type TestWorld } from './world.ts';

let world: TestWorld;
let forwarder: Forwarder;
let refusal: { code: string; message: string; status: number; times: number };
let calls = 0;
beforeAll(async () => {
	world = await startWorld();
	forwarder = await startForwarder(world.ecr.url, (_, body) => {
		if (!body.includes('Action=AssumeRole')) return undefined;
		calls += 1;
		if (calls > refusal.times) return undefined;
		const { code, message, status } = refusal;
		const text = `<ErrorResponse><Error><Code>${code}</Code><Message>${message}</Message></Error><RequestId>request-1</RequestId></ErrorResponse>`;
		return { status, body: text };
	});
});
afterAll(async () => {
	forwarder.close();
	await world.close();
});

/** Logs in while STS answers so many times with an error. */
async function refused(code: string, message: string, times: number, inputs: Record<string, string> = {}) {
	refusal = { code, message, times, status: code === 'InternalFailure' ? 500 : 400 };
	calls = 0;
	const job = world.job({ AWS_ENDPOINT_URL: forwarder.url });
	const result = await job.run('ecr-login-oidc', {
		'role-to-assume': BUILD.role,
		'aws-region': REGION,
		'retry-max-attempts': '4',
		...inputs,
	});
	return { ...result, calls };
}

describe('what passes by itself is asked again', () => {
	it.each([
		['IDPCommunicationError', 'unreachable', 2, 3],
		['Throttling', 'Rate exceeded', 2, 3],
		['RequestLimitExceeded', 'Rate exceeded', 2, 3],
		['InternalFailure', 'oops', 2, 3],
		['ExpiredTokenException', 'Token expired', 1, 2],
		['InvalidIdentityToken', 'not yet valid', 1, 2],
		['AccessDenied', 'Not authorized', 2, 3],
	])(
		'%s',
		async (code, message, times, sent) => {
			const { errors, calls: made } = await refused(code, message, times);
			expect([errors, made]).toEqual([[], sent]);
		},
		60_000,
	);
});

type Case = readonly [code: string, message: string, sent: number, said: RegExp, inputs?: Record<string, string>];
const ALWAYS = 99;
const FINAL: readonly Case[] = [
	[
		'AccessDenied',
		'Not authorized',
		3,
		/sub: repo:octo-org\/hello:ref:refs\/heads\/main[\s\S]*"Effect":"Allow"[\s\S]*environment/,
	],
	[
		'AccessDenied',
		'Not authorized',
		3,
		/"repo:octo-org\/hello:ref:refs\/heads\/main","repo:octo-org@\d+\/hello@\d+:ref:/,
	],
	[
		'InvalidIdentityToken',
		'Incorrect token audience',
		2,
		/does not know the audience other: add it/,
		{ audience: 'other' },
	],
	[
		'InvalidIdentityToken',
		'No OpenIDConnect provider found in your account',
		2,
		/create-open-id-connect-provider --url/,
	],
	[
		'InvalidIdentityToken',
		"Couldn't retrieve verification key from your identity provider",
		2,
		/reachable from the internet/,
	],
	['ExpiredTokenException', 'Token expired', 2, /the clock of the issuer/],
	['IDPCommunicationError', 'unreachable', 4, /could not reach the issuer/],
	[
		'ValidationError',
		'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
		1,
		/role-duration-seconds is 7200: lower it/,
		{ 'role-duration-seconds': '7200' },
	],
	[
		'PackedPolicyTooLarge',
		'Packed size of session policies consumes 112% of allotted space.',
		1,
		/The session policy has \d+ characters/,
		{ 'session-scope': 'pull', repositories: 'a' },
	],
	[
		'MalformedPolicyDocument',
		'Syntax errors in policy.',
		1,
		/it reads: {"Statement":1}/,
		{ 'inline-session-policy': '{"Statement":1}' },
	],
	['RegionDisabledException', 'not activated', 1, /Activate STS for eu-central-1/],
	['Throttling', 'Rate exceeded', 4, /rate limit/],
	['InternalFailure', 'oops', 4, /run the job again/],
	['ValidationError', 'Request ARN is invalid', 1, /Check role-to-assume/],
];

describe('what does not pass is explained, in one message', () => {
	it.each(FINAL)(
		'%s: %s',
		async (code, message, sent, said, ...[inputs]) => {
			const { errors, calls: made } = await refused(code, message, ALWAYS, inputs);
			expect([errors.length, made]).toEqual([1, sent]);
			expect(errors[0]).toMatch(said);
			expect(errors[0]).toContain('request id request-1');
			expect(errors[0]).not.toMatch(/eyJ/);
		},
		60_000,
	);

	it('a region that cannot be reached names what lies between', async () => {
		const job = world.job({ AWS_ENDPOINT_URL_STS: 'http://127.0.0.1:1' });
		const { errors } = await job.run('ecr-login-oidc', {
			'role-to-assume': BUILD.role,
			'aws-region': REGION,
			'retry-max-attempts': '2',
		});
		expect(errors).toEqual([expect.stringMatching(/ECONNREFUSED.*HTTPS_PROXY/)]);
	}, 60_000);
});
