import { DescribeRepositoriesCommand, ECRClient } from '@aws-sdk/client-ecr';
import {
	AssumeRoleCommand,
	type AssumeRoleCommandInput,
	AssumeRoleWithWebIdentityCommand,
	type Credentials,
	GetCallerIdentityCommand,
	STSClient,
} from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { send } from '../../test/http.ts';
import { clientConfig } from '../../test/support.ts';
import { type LocalEcr, startLocalEcr } from '../server/start.ts';

const HUB = 'arn:aws:iam::111111111111:role/hub';
const SPOKE = 'arn:aws:iam::222222222222:role/spoke';
const SEED = JSON.stringify({
	roles: [
		{
			arn: HUB,
			maxSessionDuration: 7200,
			trust: { subjects: ['repo:octo/hello:ref:refs/heads/main', 'repo:octo/*:environment:production'] },
		},
		{ arn: SPOKE, maxSessionDuration: 7200, trust: { principals: [HUB], externalId: 'secret', tagSession: false } },
	],
	github: { claims: { repository: 'octo/hello', ref: 'refs/heads/main' } },
});

async function tokenOf(server: LocalEcr, query = ''): Promise<string> {
	const { ACTIONS_ID_TOKEN_REQUEST_URL: url, ACTIONS_ID_TOKEN_REQUEST_TOKEN: token } = server.environment();
	const answer = await send('GET', `${url}${query}`, { headers: { authorization: `bearer ${token}` } });
	return (answer.json() as { value: string }).value;
}

function configOf(server: LocalEcr, { AccessKeyId, SecretAccessKey, SessionToken }: Credentials) {
	return {
		...clientConfig(server),
		credentials: {
			accessKeyId: AccessKeyId ?? '',
			secretAccessKey: SecretAccessKey ?? '',
			sessionToken: SessionToken ?? '',
		},
	};
}

describe('assuming a role', () => {
	let server: LocalEcr;
	const assume = async (token: string, more: { RoleArn?: string; DurationSeconds?: number; Policy?: string } = {}) => {
		// The call needs no credentials, and has none.
		const sts = new STSClient({ endpoint: server.url, region: 'us-east-1', maxAttempts: 1 });
		return sts.send(
			new AssumeRoleWithWebIdentityCommand({
				RoleArn: HUB,
				RoleSessionName: 'GitHubActions',
				WebIdentityToken: token,
				...more,
			}),
		);
	};
	const token = (query = '&audience=sts.amazonaws.com') => tokenOf(server, query);

	beforeAll(async () => {
		server = await startLocalEcr({ seeds: [SEED] });
	});
	afterAll(() => server.close());

	describe('with a token of GitHub', () => {
		it('gives credentials of its account, which say who they are', async () => {
			const { Credentials, AssumedRoleUser, SubjectFromWebIdentityToken, Audience } = await assume(await token());
			const identity = await new STSClient(configOf(server, Credentials as Credentials)).send(
				new GetCallerIdentityCommand({}),
			);
			expect(AssumedRoleUser?.Arn).toBe('arn:aws:sts::111111111111:assumed-role/hub/GitHubActions');
			expect(SubjectFromWebIdentityToken).toBe('repo:octo/hello:ref:refs/heads/main');
			expect(Audience).toBe('sts.amazonaws.com');
			expect(Math.round(((Credentials?.Expiration?.getTime() ?? 0) - Date.now()) / 1000)).toBeCloseTo(3600, -1);
			expect(identity).toMatchObject({ Account: '111111111111', Arn: AssumedRoleUser?.Arn });
		});

		it('is refused to another subject, until a pattern of the trust fits', async () => {
			const denied = {
				name: 'AccessDenied',
				message: 'Not authorized to perform sts:AssumeRoleWithWebIdentity',
				$metadata: { httpStatusCode: 403 },
			};
			await expect(assume(await token('&audience=sts.amazonaws.com&ref=refs/heads/topic'))).rejects.toMatchObject(
				denied,
			);
			await expect(assume(await token('&audience=sts.amazonaws.com&environment=staging'))).rejects.toMatchObject(
				denied,
			);
			const { SubjectFromWebIdentityToken } = await assume(
				await token('&audience=sts.amazonaws.com&environment=production&repository=octo/other'),
			);
			expect(SubjectFromWebIdentityToken).toBe('repo:octo/other:environment:production');
		});

		it('is refused for another audience or issuer, a changed token, and a role that is not there', async () => {
			const good = await token();
			const [head, , signature] = good.split('.');
			const forged = Buffer.from(JSON.stringify({ ...decodeJwt(good), repository: 'evil/evil' })).toString('base64url');
			await expect(assume(await token('&audience=other'))).rejects.toMatchObject({
				name: 'InvalidIdentityTokenException',
				message: 'Incorrect token audience',
			});
			await expect(assume(await token('&audience=sts.amazonaws.com&iss=https://elsewhere'))).rejects.toMatchObject({
				name: 'InvalidIdentityTokenException',
				message: 'No OpenIDConnect provider found in your account for the issuer of the token',
			});
			await expect(assume(`${head}.${forged}.${signature}`)).rejects.toMatchObject({
				name: 'InvalidIdentityTokenException',
			});
			await expect(assume(good, { RoleArn: 'arn:aws:iam::111111111111:role/none' })).rejects.toMatchObject({
				name: 'AccessDenied',
			});
		});

		it('is refused for longer than the role allows, and with a policy that is none', async () => {
			await expect(assume(await token(), { DurationSeconds: 7201 })).rejects.toMatchObject({
				name: 'ValidationError',
				message: 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
			});
			await expect(assume(await token(), { DurationSeconds: 60 })).rejects.toMatchObject({ name: 'ValidationError' });
			await expect(assume(await token(), { Policy: '{' })).rejects.toMatchObject({
				name: 'MalformedPolicyDocumentException',
			});
			await expect(assume(await token(), { Policy: `{"Statement":[${' '.repeat(2048)}]}` })).rejects.toMatchObject({
				name: 'PackedPolicyTooLargeException',
			});
		});
	});

	describe('with AWS credentials', () => {
		const hub = async () => (await assume(await token())).Credentials as Credentials;
		const chain = async (more: Partial<AssumeRoleCommandInput> = {}) =>
			new STSClient(configOf(server, await hub())).send(
				new AssumeRoleCommand({ RoleArn: SPOKE, RoleSessionName: 'chained', ExternalId: 'secret', ...more }),
			);

		it('leads from one role to the next, in its account', async () => {
			const { Credentials } = await chain();
			const sts = new STSClient(configOf(server, Credentials as Credentials));
			expect((await sts.send(new GetCallerIdentityCommand({}))).Arn).toBe(
				'arn:aws:sts::222222222222:assumed-role/spoke/chained',
			);
		});

		it('is refused without the external id, with tags that are not trusted, to strangers, and beyond one hour', async () => {
			await expect(chain({ ExternalId: 'wrong' })).rejects.toMatchObject({ name: 'AccessDenied' });
			await expect(chain({ Tags: [{ Key: 'a', Value: 'b' }] })).rejects.toMatchObject({
				name: 'AccessDenied',
				message: expect.stringContaining('sts:TagSession'),
			});
			await expect(chain({ DurationSeconds: 7200 })).rejects.toMatchObject({
				name: 'ValidationError',
				message: expect.stringContaining('1 hour session limit'),
			});
			const stranger = new STSClient(clientConfig(server)).send(
				new AssumeRoleCommand({ RoleArn: SPOKE, RoleSessionName: 'chained', ExternalId: 'secret' }),
			);
			await expect(stranger).rejects.toMatchObject({ name: 'AccessDenied' });
		});
	});

	it('gives credentials that expire', async () => {
		const own = await startLocalEcr({ seeds: [SEED] });
		const sts = new STSClient({ endpoint: own.url, region: 'us-east-1', maxAttempts: 1 });
		const old = await tokenOf(own, '&audience=sts.amazonaws.com');
		const assumeIt = () =>
			sts.send(new AssumeRoleWithWebIdentityCommand({ RoleArn: HUB, RoleSessionName: 'short', WebIdentityToken: old }));
		const { Credentials } = await assumeIt();
		own.advance(301);
		await expect(assumeIt()).rejects.toMatchObject({ name: 'ExpiredTokenException' });
		own.advance(3600);
		const late = new ECRClient(configOf(own, Credentials as Credentials)).send(new DescribeRepositoriesCommand({}));
		await expect(late).rejects.toMatchObject({ name: 'ExpiredTokenException' });
		await own.close();
	});

	it('needs no set-up where no role was configured', async () => {
		const open = await startLocalEcr();
		const sts = new STSClient({ endpoint: open.url, region: 'us-east-1', maxAttempts: 1 });
		const { AssumedRoleUser } = await sts.send(
			new AssumeRoleWithWebIdentityCommand({
				RoleArn: 'arn:aws:iam::333333333333:role/path/any',
				RoleSessionName: 'laptop',
				WebIdentityToken: await tokenOf(open, '&audience=sts.amazonaws.com'),
			}),
		);
		expect(AssumedRoleUser?.Arn).toBe('arn:aws:sts::333333333333:assumed-role/any/laptop');
		await open.close();
	});
});
