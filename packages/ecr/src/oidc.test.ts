import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Context, createAgents, createHttpSend } from '@ecr-pipeline/core';
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import nock from 'nock';
import { requestToken } from './oidc.ts';
import { explainRefusal } from './trust.ts';

const agents = createAgents({});
nock.disableNetConnect();
afterEach(() => nock.cleanAll());
afterAll(() => nock.restore());

const ENDPOINT = {
	ACTIONS_ID_TOKEN_REQUEST_URL: 'https://token.example/t?api=1',
	ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'bearer',
};

function context(env: Record<string, string>, masked: string[] = []): Context {
	const clock = { now: () => 0, sleep: async () => undefined };
	return {
		env,
		agents,
		send: createHttpSend(agents),
		clock,
		random: () => 0,
		mask: (secret: string) => masked.push(secret),
	} as unknown as Context;
}

describe('requestToken', () => {
	it('asks for the audience, and masks the token', async () => {
		nock('https://token.example', { reqheaders: { authorization: 'bearer bearer' } })
			.get('/t')
			.query({ api: '1', audience: 'sts.amazonaws.com' })
			.reply(200, { value: 'jwt' });
		const masked: string[] = [];
		expect(await requestToken('sts.amazonaws.com', context(ENDPOINT, masked))).toBe('jwt');
		expect(masked).toEqual(['jwt']);
	});

	it('asks again when GitHub is busy, and not when it refuses', async () => {
		nock('https://token.example').get('/t').query(true).reply(503).get('/t').query(true).reply(200, { value: 'jwt' });
		expect(await requestToken('a', context(ENDPOINT))).toBe('jwt');
		nock('https://token.example').get('/t').query(true).reply(403).get('/t').query(true).reply(200, { value: 'jwt' });
		await expect(requestToken('a', context(ENDPOINT))).rejects.toThrow('HTTP 403');
	});

	it('tells a missing permission, a fork and Dependabot apart', async () => {
		await expect(requestToken('a', context({}))).rejects.toThrow('id-token: write');
		await expect(requestToken('a', context({ GITHUB_ACTOR: 'dependabot[bot]' }))).rejects.toThrow('Dependabot');
		const event = join(await mkdtemp(join(tmpdir(), 'event-')), 'event.json');
		await writeFile(event, JSON.stringify({ pull_request: { head: { repo: { fork: true } } } }));
		await expect(requestToken('a', context({ GITHUB_EVENT_PATH: event }))).rejects.toThrow('from a fork');
	});
});

describe('explainRefusal', () => {
	const request = {
		role: 'arn:aws-cn:iam::111111111111:role/x',
		durationSeconds: 7200,
		chain: [],
		region: 'r',
	} as never;
	const token = `h.${Buffer.from(JSON.stringify({ iss: 'https://token.actions.githubusercontent.com', aud: 'sts', sub: 'repo:o/r:ref:refs/heads/main' })).toString('base64url')}.s`;
	const error = (name: string, message: string) =>
		Object.assign(new Error(message), { name, $metadata: { requestId: 'id' } });

	it("shows the token's claims and a statement that would match, never the token", () => {
		const { message } = explainRefusal(error('AccessDenied', 'Not authorized'), request, token);
		expect(message).toContain('sub: repo:o/r:ref:refs/heads/main');
		expect(message).toContain('"token.actions.githubusercontent.com:sub":"repo:o/r:ref:refs/heads/main"');
		expect(message).toContain('arn:aws-cn:iam::111111111111:oidc-provider/token.actions.githubusercontent.com');
		expect(message).not.toContain(token);
	});

	it('names the provider of a GitHub Enterprise Server with its path', () => {
		const claims = {
			iss: 'https://ghe.example/_services/token',
			aud: 'sts.amazonaws.com',
			sub: 'repo:o/r:environment:e',
		};
		const given = `h.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.s`;
		const { message } = explainRefusal(error('AccessDenied', 'Not authorized'), request, given);
		expect(message).toContain(':oidc-provider/ghe.example/_services/token');
		expect(message).toContain('"ghe.example/_services/token:sub":"repo:o/r:environment:e"');
	});

	it('names the duration when the role allows less', () => {
		const { message } = explainRefusal(
			error('ValidationError', 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.'),
			request,
			token,
		);
		expect(message).toContain('role-duration-seconds is 7200');
	});

	const tokenOf = (claims: object) => `h.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.s`;

	it('offers the subject with and without immutable ids, whichever the token has', () => {
		const ids = { repository: 'o/r', repository_id: '7', repository_owner_id: '9' };
		const both = '["repo:o/r:environment:prod","repo:o@9/r@7:environment:prod"]';
		for (const sub of ['repo:o/r:environment:prod', 'repo:o@9/r@7:environment:prod']) {
			const claims = { iss: 'https://i', aud: 'sts', sub, ...ids };
			expect(explainRefusal(error('AccessDenied', 'no'), request, tokenOf(claims)).message).toContain(
				`"i:sub":${both}`,
			);
		}
		const custom = { iss: 'https://i', aud: 'sts', sub: 'repo:o/r:job_workflow_ref:x', ...ids, repository: 'o/other' };
		expect(explainRefusal(error('AccessDenied', 'no'), request, tokenOf(custom)).message).toContain(
			'"i:sub":"repo:o/r:job_workflow_ref:x"',
		);
	});

	it('names the issuer of a GitHub Enterprise Server as the provider', () => {
		const claims = { iss: 'https://ghe.example/_services/token', aud: 'sts', sub: 's' };
		expect(explainRefusal(error('AccessDenied', 'no'), request, tokenOf(claims)).message).toContain(
			'oidc-provider/ghe.example/_services/token',
		);
	});

	it.each([
		['InvalidIdentityTokenException', 'Incorrect token audience', 'does not know the audience sts'],
		[
			'InvalidIdentityTokenException',
			'No OpenIDConnect provider found in your account',
			'create-open-id-connect-provider --url https://i',
		],
		['IDPCommunicationErrorException', 'timeout', 'could not reach the issuer'],
		['PackedPolicyTooLargeException', '120%', 'a pattern such as team/*'],
		['MalformedPolicyDocumentException', 'bad', 'Correct inline-session-policy'],
		['RegionDisabledException', 'off', 'Activate STS'],
	])('says what to do about %s: %s', (name, message, fix) => {
		const claims = { iss: 'https://i', aud: 'sts', sub: 's' };
		expect(explainRefusal(error(name, message), request, tokenOf(claims)).message).toContain(fix);
	});
});
