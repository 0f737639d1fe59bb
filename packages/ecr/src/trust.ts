import { explainAwsError, PipelineError } from '@ecr-pipeline/core';
import { tokenClaims } from './oidc.ts';
import type { SessionRequest } from './session.ts';

const CLAIMS = [
	'iss',
	'aud',
	'sub',
	'repository',
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
	const attempted = `Could not assume the role ${request.role} with the token of this job`;
	if (error instanceof PipelineError) return error;
	const text = error instanceof Error ? `${error.name} ${error.message}` : '';
	if (/MaxSessionDuration/.test(text)) {
		return explainAwsError(
			error,
			attempted,
			'',
			`role-duration-seconds is ${request.durationSeconds}: lower it, or raise the maximum session duration of the role.`,
		);
	}
	if (/PackedPolicyTooLarge/.test(text)) {
		return explainAwsError(
			error,
			attempted,
			'',
			`The session policy has ${request.policy?.length ?? 0} characters; name fewer repositories, or cover them with a pattern such as team/*.`,
		);
	}
	const claims = tokenClaims(token);
	if (claims === undefined || !/AccessDenied|InvalidIdentityToken|IDPRejectedClaim|ExpiredToken/.test(text)) {
		return explainAwsError(error, attempted, 'sts:AssumeRoleWithWebIdentity');
	}
	const shown = CLAIMS.filter((name) => claims[name] !== undefined).map((name) => `  ${name}: ${String(claims[name])}`);
	return explainAwsError(
		error,
		attempted,
		'',
		`The token says:\n${shown.join('\n')}\nThe trust policy of the role must have a statement that matches, such as:\n${trustStatement(request, claims)}\nA job with an \`environment\` has another \`sub\` than one without; the provider must exist in the role's account.`,
	);
}

function trustStatement({ role }: SessionRequest, claims: Readonly<Record<string, unknown>>): string {
	const [, partition = 'aws', , , account = 'ACCOUNT'] = role.split(':');
	const provider = String(claims.iss).replace(/^https?:\/\//, '');
	return JSON.stringify({
		Effect: 'Allow',
		Principal: { Federated: `arn:${partition}:iam::${account}:oidc-provider/${provider}` },
		Action: 'sts:AssumeRoleWithWebIdentity',
		Condition: { StringEquals: { [`${provider}:aud`]: claims.aud, [`${provider}:sub`]: claims.sub } },
	});
}
