import { awsErrorCode, type Context, PipelineError, retry } from '@ecr-pipeline/core';
import { obtainToken, whyNoToken } from './oidc.ts';
import type { ChainedRole, Session, SessionRequest } from './session.ts';
import { isWithoutCredentials } from './session-ambient.ts';
import { hasAmbientCredentials } from './session-source.ts';
import type { AssumeAnswer, Sts } from './session-sts.ts';
import { stsRetry } from './sts-retry.ts';
import { explainAssumeRole, explainRefusal } from './trust.ts';

// A session that chains from another one is limited to an hour, whatever the role allows (IAM user guide, "Role chaining").
const CHAINED_MAXIMUM = 3600;
const USUAL_ATTEMPTS = 12;

/** Assumes the first role with a web identity token; each further attempt takes a new one. */
export async function assumeByToken(
	request: SessionRequest,
	firstToken: Promise<string>,
	sts: Sts,
	context: Context,
): Promise<Session> {
	let token = '';
	let next: Promise<string> | undefined = firstToken;
	return retry(
		async () => {
			token = await (next ?? obtainToken(request, context));
			next = undefined;
			const answer = await sts.assumeRoleWithWebIdentity({
				RoleArn: request.role,
				RoleSessionName: request.sessionName,
				WebIdentityToken: token,
				DurationSeconds: request.durationSeconds,
				...(request.chain.length === 0 ? narrowing(request) : {}),
			});
			return sessionFrom(answer, context);
		},
		stsRetry(context, request.attempts ?? USUAL_ATTEMPTS),
	).catch((error: unknown) => {
		throw explainRefusal(error, request, token);
	});
}

/** One AssumeRole of several: which role, how many were assumed so before, whether it is the last. */
export interface Hop {
	readonly role: ChainedRole;
	readonly index: number;
	readonly last: boolean;
}

/** Assumes a role with AWS credentials: those of the session before, or the ambient ones. */
export async function assumeByRole(
	request: SessionRequest,
	{ role, index, last }: Hop,
	from: Session | undefined,
	sts: Sts,
	context: Context,
): Promise<Session> {
	const assume = (tags: readonly string[]): Promise<Session> =>
		retry(
			async () => {
				const input = {
					RoleArn: role.arn,
					RoleSessionName: request.sessionName,
					DurationSeconds: durationOf(request),
					...(role.externalId === undefined ? {} : { ExternalId: role.externalId }),
					...tagging(request, tags, index),
					...(last ? narrowing(request) : {}),
				};
				return sessionFrom(await sts.assumeRole(input, from?.credentials), context);
			},
			stsRetry(context, request.attempts ?? USUAL_ATTEMPTS),
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
		if (from === undefined && isWithoutCredentials(error) && !hasAmbientCredentials(context.env))
			throw await whyNoToken(context);
		throw explainAssumeRole(error, request, role);
	}
}

function durationOf({ chain, durationSeconds }: SessionRequest): number {
	return chain.length > 0 ? Math.min(durationSeconds, CHAINED_MAXIMUM) : durationSeconds;
}

/** A tag that a session has inherited must not be given again (API reference, AssumeRole, `Tags`: "the operation fails"). */
function tagging(
	{ tags, transitiveTagKeys }: SessionRequest,
	names: readonly string[],
	hop: number,
): { Tags?: { Key: string; Value: string }[]; TransitiveTagKeys?: string[] } {
	const given = hop === 0 ? names : names.filter((name) => !transitiveTagKeys.includes(name));
	if (given.length === 0) return {};
	const transitive = transitiveTagKeys.filter((key) => given.includes(key));
	return {
		Tags: given.map((Key) => ({ Key, Value: tags[Key] ?? '' })),
		...(transitive.length === 0 ? {} : { TransitiveTagKeys: transitive }),
	};
}

function narrowing(request: SessionRequest): { Policy?: string; PolicyArns?: { arn: string }[] } {
	return {
		...(request.policy === undefined ? {} : { Policy: request.policy }),
		...(request.policyArns.length === 0 ? {} : { PolicyArns: request.policyArns.map((arn) => ({ arn })) }),
	};
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
