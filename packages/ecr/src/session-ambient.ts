import { type Context, explainAwsError, PipelineError } from '@ecr-pipeline/core';
import { hasAmbientCredentials } from './session-source.ts';

/** Who the ambient credentials belong to: the account and its partition. */
export async function ambientCaller(
	region: string,
	context: Context,
): Promise<{ readonly accountId: string; readonly partition: string }> {
	const { getCallerIdentity } = await import('./session-sts.ts');
	const attempted = 'Could not find out which account the AWS credentials belong to';
	try {
		const { Account, Arn } = await getCallerIdentity(region, context);
		if (!Account || !Arn) throw new PipelineError({ code: 'service', attempted, answer: 'STS names no account' });
		return { accountId: Account, partition: Arn.split(':')[1] ?? 'aws' };
	} catch (error) {
		const none = isWithoutCredentials(error) && !hasAmbientCredentials(context.env);
		throw none ? noCredentials(attempted) : explainAwsError(error, attempted, 'sts:GetCallerIdentity');
	}
}

/** Tells whether the SDK's whole chain has found no credentials: nothing was sent then. */
export function isWithoutCredentials(error: unknown): boolean {
	return error instanceof Error && error.name === 'CredentialsProviderError';
}

function noCredentials(attempted: string): PipelineError {
	return new PipelineError({
		code: 'access-denied',
		attempted,
		answer: 'there are none, neither in the environment nor from this machine',
		fix: 'Set role-to-assume to the ARN of a role (a name alone says no account), with `permissions: { id-token: write }` in the job.',
	});
}
