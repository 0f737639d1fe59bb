import { readFile } from 'node:fs/promises';
import type { AssumedRoleUser, Credentials, STSClient } from '@aws-sdk/client-sts';
import {
	type AwsCredentials,
	awsClientConfig,
	awsErrorCode,
	type Context,
	explainAwsError,
	PipelineError,
	retry,
} from '@ecr-pipeline/core';
import { canRequestToken, requestToken } from './oidc.ts';
import { stsRetry } from './sts-retry.ts';
import { explainAssumeRole, explainRefusal } from './trust.ts';

export interface ChainedRole {
	readonly arn: string;
	readonly externalId?: string;
}

/** All that is needed to get the same session again; it holds no secret. */
export interface SessionRequest {
	readonly region: string;
	/** ARN of the first role. */
	readonly role: string;
	readonly audience: string;
	readonly sessionName: string;
	readonly durationSeconds: number;
	readonly externalId?: string;
	/** Session tags; only AssumeRole takes them, so they go to the roles after the first when that one is assumed by token. */
	readonly tags: Readonly<Record<string, string>>;
	/** Names of the tags that are let go, once, when STS says that all of it together is too large. */
	readonly droppableTags?: readonly string[];
	readonly transitiveTagKeys: readonly string[];
	/** Roles assumed one after another from the first. */
	readonly chain: readonly ChainedRole[];
	/** Session policy as JSON; it narrows the last role. */
	readonly policy?: string;
	readonly policyArns: readonly string[];
	/** A file with a web identity token, instead of GitHub's endpoint. */
	readonly tokenFile?: string;
	/** How often STS is asked at most; 12 when absent. */
	readonly attempts?: number;
}

export interface Session {
	readonly credentials: Required<AwsCredentials>;
	/** `arn:PARTITION:sts::ACCOUNT:assumed-role/ROLE/SESSION`. */
	readonly arn: string;
	readonly accountId: string;
}

// A session that chains from another one is limited to an hour, whatever the role allows (IAM user guide, "Role chaining").
const CHAINED_MAXIMUM = 3600;

/**
 * Goes from GitHub's token (or the ambient credentials, where the job has no token) to the session of the last role.
 * The answer of STS carries account and partition, so nothing else is asked.
 */
export async function establishSession(request: SessionRequest, context: Context): Promise<Session> {
	const { STSClient } = await import('@aws-sdk/client-sts');
	const clientFor = (credentials?: AwsCredentials): STSClient =>
		new STSClient(
			// Once: which answers are worth another try is decided in one place, sts-retry.ts.
			{
				...awsClientConfig(context, { region: request.region, ...(credentials === undefined ? {} : { credentials }) }),
				maxAttempts: 1,
			},
		);

	const byToken =
		request.tokenFile !== undefined || canRequestToken(context.env) || !hasAmbientCredentials(context.env);
	let session = byToken
		? await assumeByToken(request, clientFor(), context)
		: await assumeByRole(
				request,
				{ arn: request.role, ...(request.externalId === undefined ? {} : { externalId: request.externalId }) },
				clientFor(),
				request.chain.length === 0,
				context,
			);
	for (const [index, role] of request.chain.entries()) {
		session = await assumeByRole(
			request,
			role,
			clientFor(session.credentials),
			index === request.chain.length - 1,
			context,
		);
	}
	return session;
}

/** Who the ambient credentials belong to: the account and its partition. */
export async function ambientCaller(
	region: string,
	context: Context,
): Promise<{ readonly accountId: string; readonly partition: string }> {
	const { STSClient, GetCallerIdentityCommand } = await import('@aws-sdk/client-sts');
	try {
		const { Account = '', Arn = '' } = await new STSClient(awsClientConfig(context, { region })).send(
			new GetCallerIdentityCommand({}),
		);
		return { accountId: Account, partition: Arn.split(':')[1] ?? 'aws' };
	} catch (error) {
		throw explainAwsError(
			error,
			'Could not find out which account the AWS credentials belong to',
			'sts:GetCallerIdentity',
		);
	}
}

/** Tells whether the environment offers AWS credentials of its own: variables, container, web identity file, profile. */
export function hasAmbientCredentials(env: Context['env']): boolean {
	return Boolean(
		env.AWS_ACCESS_KEY_ID ||
			env.AWS_CONTAINER_CREDENTIALS_RELATIVE_URI ||
			env.AWS_CONTAINER_CREDENTIALS_FULL_URI ||
			env.AWS_WEB_IDENTITY_TOKEN_FILE ||
			env.AWS_PROFILE,
	);
}

async function assumeByToken(request: SessionRequest, client: STSClient, context: Context): Promise<Session> {
	const { AssumeRoleWithWebIdentityCommand } = await import('@aws-sdk/client-sts');
	let token = '';
	return retry(
		async () => {
			token =
				request.tokenFile === undefined
					? await requestToken(request.audience, context)
					: await tokenFromFile(request.tokenFile);
			const last = request.chain.length === 0;
			return sessionFrom(
				await client.send(
					new AssumeRoleWithWebIdentityCommand({
						RoleArn: request.role,
						RoleSessionName: request.sessionName,
						WebIdentityToken: token,
						DurationSeconds: request.durationSeconds,
						...(last ? narrowing(request) : {}),
					}),
				),
				context,
			);
		},
		stsRetry(context, attemptsOf(request)),
	).catch((error: unknown) => {
		throw explainRefusal(error, request, token);
	});
}

function attemptsOf({ attempts = 12 }: SessionRequest): number {
	return attempts;
}

async function assumeByRole(
	request: SessionRequest,
	role: ChainedRole,
	client: STSClient,
	last: boolean,
	context: Context,
): Promise<Session> {
	const { AssumeRoleCommand } = await import('@aws-sdk/client-sts');
	const assume = (tags: readonly string[]): Promise<Session> =>
		retry(
			async () =>
				sessionFrom(
					await client.send(
						new AssumeRoleCommand({
							RoleArn: role.arn,
							RoleSessionName: request.sessionName,
							DurationSeconds: durationOf(request),
							...(role.externalId === undefined ? {} : { ExternalId: role.externalId }),
							...tagging(request, tags),
							...(last ? narrowing(request) : {}),
						}),
					),
					context,
				),
			stsRetry(context, attemptsOf(request)),
		);
	const tags = Object.keys(request.tags);
	const needed = tags.filter((name) => !request.droppableTags?.includes(name));
	try {
		return await assume(tags).catch((error: unknown) => {
			const tooLarge = awsErrorCode(error)?.startsWith('PackedPolicyTooLarge') === true;
			if (!tooLarge || needed.length === tags.length) throw error;
			context.log.notice(
				`STS found tags and policies together too large: the session goes without the tags ${tags.filter((name) => !needed.includes(name)).join(', ')}.`,
			);
			return assume(needed);
		});
	} catch (error) {
		throw explainAssumeRole(error, request, role);
	}
}

function durationOf({ chain, durationSeconds }: SessionRequest): number {
	return chain.length > 0 ? Math.min(durationSeconds, CHAINED_MAXIMUM) : durationSeconds;
}

function tagging(
	{ tags, transitiveTagKeys }: SessionRequest,
	names: readonly string[],
): { Tags?: { Key: string; Value: string }[]; TransitiveTagKeys?: string[] } {
	if (names.length === 0) return {};
	const transitive = transitiveTagKeys.filter((key) => names.includes(key));
	return {
		Tags: names.map((Key) => ({ Key, Value: tags[Key] ?? '' })),
		...(transitive.length === 0 ? {} : { TransitiveTagKeys: transitive }),
	};
}

function narrowing(request: SessionRequest): { Policy?: string; PolicyArns?: { arn: string }[] } {
	return {
		...(request.policy === undefined ? {} : { Policy: request.policy }),
		...(request.policyArns.length === 0 ? {} : { PolicyArns: request.policyArns.map((arn) => ({ arn })) }),
	};
}

interface AssumeAnswer {
	readonly Credentials?: Credentials | undefined;
	readonly AssumedRoleUser?: AssumedRoleUser | undefined;
}

function sessionFrom({ Credentials: given, AssumedRoleUser: user }: AssumeAnswer, context: Context): Session {
	const accountId = user?.Arn?.split(':')[4];
	if (
		!given?.AccessKeyId ||
		!given.SecretAccessKey ||
		!given.SessionToken ||
		!given.Expiration ||
		!user?.Arn ||
		!accountId
	) {
		throw new PipelineError({
			code: 'service',
			attempted: 'Could not assume the role',
			answer: 'STS answered without credentials',
		});
	}
	context.mask(given.SecretAccessKey);
	context.mask(given.SessionToken);
	const credentials = {
		accessKeyId: given.AccessKeyId,
		secretAccessKey: given.SecretAccessKey,
		sessionToken: given.SessionToken,
		expiration: given.Expiration,
	};
	return { credentials, arn: user.Arn, accountId };
}

async function tokenFromFile(path: string): Promise<string> {
	try {
		return (await readFile(path, 'utf8')).trim();
	} catch (cause) {
		throw new PipelineError({
			code: 'environment',
			attempted: `Could not read the web identity token file ${path}`,
			cause,
		});
	}
}
