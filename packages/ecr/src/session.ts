import type { AwsCredentials, Context } from '@ecr-pipeline/core';
import { PipelineError } from '@ecr-pipeline/core';
import { canRequestToken, obtainToken, whyNoToken } from './oidc.ts';
import { assumeByRole, assumeByToken } from './session-assume.ts';
import { hasAmbientCredentials, mayBeOnAws } from './session-source.ts';

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

/**
 * Goes from GitHub's token (or the ambient credentials, where the job has no token) to the session of the last role.
 * The answer of STS carries account and partition, so nothing else is asked.
 */
export async function establishSession(request: SessionRequest, context: Context): Promise<Session> {
	const { env } = context;
	const byToken = request.tokenFile !== undefined || canRequestToken(env);
	if (!byToken && !hasAmbientCredentials(env) && !mayBeOnAws(env)) throw await whyNoToken(context);
	// The token is on its way while the SDK loads, which takes about as long.
	const token = byToken ? obtainToken(request, context) : undefined;
	token?.catch(() => undefined);
	const { openSts } = await import('./session-sts.ts');
	const sts = openSts(request.region, context);

	let session = token === undefined ? undefined : await assumeByToken(request, token, sts, context);
	const { role: arn, externalId } = request;
	const first: ChainedRole = { arn, ...(externalId === undefined ? {} : { externalId }) };
	const rest = session === undefined ? [first, ...request.chain] : request.chain;
	for (const [index, role] of rest.entries()) {
		session = await assumeByRole(request, { role, index, last: index === rest.length - 1 }, session, sts, context);
	}
	if (session === undefined) throw new PipelineError({ code: 'service', attempted: 'No role was assumed' });
	return session;
}
