import { explainAwsError, PipelineError } from '@ecr-pipeline/core';
import { type TokenClaims, tokenClaims } from './oidc.ts';
import type { ChainedRole, SessionRequest } from './session.ts';

const CLAIMS = [
	'iss',
	'aud',
	'sub',
	'repository',
	'repository_id',
	'repository_owner_id',
	'ref',
	'environment',
	'event_name',
	'job_workflow_ref',
	'actor',
] as const;

/**
 * Explains why STS refused a token: what the token says of itself (never the token), and the trust statement that would
 * have let it in. Only `aud` and `sub` are named there, the two that IAM is sure to know.
 */
export function explainRefusal(error: unknown, request: SessionRequest, token: string): PipelineError {
	if (error instanceof PipelineError) return error;
	const attempted = `Could not assume the role ${request.role} with the token of this job`;
	const text = textOf(error);
	const known = knownFix(text, request);
	if (known !== undefined) return explainAwsError(error, attempted, '', known);
	const claims = tokenClaims(token);
	if (claims === undefined || !/AccessDenied|InvalidIdentityToken|IDPRejectedClaim|ExpiredToken/.test(text)) {
		return explainAwsError(error, attempted, 'sts:AssumeRoleWithWebIdentity');
	}
	const shown = CLAIMS.filter((name) => claims[name] !== undefined).map((name) => `  ${name}: ${String(claims[name])}`);
	return explainAwsError(
		error,
		attempted,
		'',
		`The token says:\n${shown.join('\n')}\n${whatToCorrect(text, request, claims)}`,
	);
}

/** Explains why a role could not be assumed with AWS credentials: by a chain, or by the ambient ones. */
export function explainAssumeRole(error: unknown, request: SessionRequest, role: ChainedRole): PipelineError {
	const text = textOf(error);
	const tagged = Object.keys(request.tags).length > 0;
	const refused = /AccessDenied/.test(text)
		? `The role's trust policy must name the caller and allow sts:AssumeRole${tagged ? ' and sts:TagSession (or set role-skip-session-tagging: true)' : ''}${role.externalId === undefined ? '' : ', under the external id given'}; the caller's own policies must allow it on ${role.arn}.`
		: undefined;
	return explainAwsError(
		error,
		`Could not assume the role ${role.arn}`,
		`sts:AssumeRole on ${role.arn}`,
		knownFix(text, request) ?? refused,
	);
}

function textOf(error: unknown): string {
	const system = (error as { readonly code?: unknown } | undefined)?.code;
	return error instanceof Error ? `${error.name} ${error.message} ${String(system ?? '')}` : '';
}

/** What to do about the errors that have one cause. */
function knownFix(
	text: string,
	{ role, durationSeconds, policy, chain, region, tokenFile }: SessionRequest,
): string | undefined {
	if (/MaxSessionDuration/.test(text))
		return `role-duration-seconds is ${durationSeconds}: lower it, or raise the maximum session duration of the role (aws iam update-role --max-session-duration).`;
	if (/1 hour session limit/.test(text))
		return `role-duration-seconds is ${durationSeconds}, and a session that a role session assumes lasts 3600 at most${chain.length > 0 ? '' : ': the ambient credentials are those of a role'}.`;
	if (/PackedPolicyTooLarge/.test(text))
		return `The session policy has ${policy?.length ?? 0} characters; name fewer repositories, cover them with a pattern such as team/*, or pass fewer tags.`;
	if (/IDPCommunicationError/.test(text))
		return 'AWS could not reach the issuer of the token, several times; run again later. The issuer of a GitHub Enterprise Server must be reachable from the internet.';
	if (/MalformedPolicyDocument/.test(text))
		return `Correct inline-session-policy; it reads: ${policy ?? '(none was given)'}`;
	if (/ExpiredToken/.test(text))
		return tokenFile === undefined
			? 'A second token was found expired too: the clock of the issuer (GitHub Enterprise Server) is off.'
			: `The file ${tokenFile} holds an old token: what writes it has stopped.`;
	if (/RegionDisabled/.test(text))
		return `Activate STS for ${region} in the account of ${role} (IAM console, account settings), or choose another aws-region.`;
	if (/InternalFailure|ServiceUnavailable|HTTP 5/.test(text)) return 'STS failed, several times; run the job again.';
	if (/ECONN|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|TimeoutError/.test(text))
		return `STS of ${region} could not be reached: check the network of the runner, HTTPS_PROXY and NO_PROXY, and the VPC endpoint of STS if there is one.`;
	if (/ValidationError/.test(text))
		return 'Check role-to-assume, role-session-name, role-duration-seconds and the session policies.';
	return undefined;
}

function whatToCorrect(text: string, request: SessionRequest, claims: TokenClaims): string {
	const [, , , , account = 'ACCOUNT'] = request.role.split(':');
	const provider = providerOf(claims);
	if (/retrieve verification key/i.test(text))
		return `AWS could not read the keys of the issuer ${String(claims.iss)}, twice: one of GitHub Enterprise Server must be reachable from the internet with its /.well-known/jwks; that of github.com will be again.`;
	if (/audience/i.test(text))
		return `The provider ${provider} in account ${account} does not know the audience ${String(claims.aud)}: add it to the provider's client ids, or set \`audience\` to one that it has.`;
	if (/No OpenIDConnect provider/i.test(text))
		return `Create the provider ${provider} in account ${account}: aws iam create-open-id-connect-provider --url ${String(claims.iss)} --client-id-list ${String(claims.aud)}`;
	return `The trust policy of the role must have a statement that matches, such as:\n${trustStatement(request, claims)}\nA job with an \`environment\` has another \`sub\` than one without; the provider must exist in the role's account, and the role itself must exist.`;
}

function providerOf(claims: TokenClaims): string {
	return String(claims.iss).replace(/^https?:\/\//, '');
}

function trustStatement({ role }: SessionRequest, claims: TokenClaims): string {
	const [, partition = 'aws', , , account = 'ACCOUNT'] = role.split(':');
	const provider = providerOf(claims);
	return JSON.stringify({
		Effect: 'Allow',
		Principal: { Federated: `arn:${partition}:iam::${account}:oidc-provider/${provider}` },
		Action: 'sts:AssumeRoleWithWebIdentity',
		Condition: { StringEquals: { [`${provider}:aud`]: claims.aud, [`${provider}:sub`]: subjectsOf(claims) } },
	});
}

/**
 * The subject in both forms, with and without immutable ids (github/docs#45221): a repository may go from one to the
 * other, and a policy that names only one stops matching then.
 */
function subjectsOf({ sub, repository, repository_id: id, repository_owner_id: ownerId }: TokenClaims): unknown {
	const [owner, name] = String(repository).split('/');
	if (typeof sub !== 'string' || !id || !ownerId || !owner || !name) return sub;
	const named = `repo:${owner}/${name}:`;
	const numbered = `repo:${owner}@${String(ownerId)}/${name}@${String(id)}:`;
	const [form] = [named, numbered].filter((prefix) => sub.startsWith(prefix));
	if (form === undefined) return sub;
	const rest = sub.slice(form.length);
	return [`${named}${rest}`, `${numbered}${rest}`];
}
