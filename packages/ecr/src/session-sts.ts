import {
	AssumeRoleCommand,
	type AssumeRoleCommandInput,
	AssumeRoleWithWebIdentityCommand,
	type AssumeRoleWithWebIdentityCommandInput,
	type AssumeRoleWithWebIdentityResponse,
	GetCallerIdentityCommand,
	type GetCallerIdentityCommandOutput,
	STSClient,
} from '@aws-sdk/client-sts';
import { type AwsCredentials, awsClientConfig, type Context } from '@ecr-pipeline/core';

/** What both kinds of AssumeRole answer. */
export type AssumeAnswer = Pick<AssumeRoleWithWebIdentityResponse, 'Credentials' | 'AssumedRoleUser'>;

/** The two calls of STS that make a session. Each is sent once: sts-retry.ts decides what is worth another try. */
export interface Sts {
	assumeRoleWithWebIdentity(input: AssumeRoleWithWebIdentityCommandInput): Promise<AssumeAnswer>;
	/** @param credentials of the session that assumes; absent: the ambient ones */
	assumeRole(input: AssumeRoleCommandInput, credentials: AwsCredentials | undefined): Promise<AssumeAnswer>;
}

/** STS of a region. This file is loaded where it is needed, since the SDK is most of the step's start-up. */
export function openSts(region: string, context: Context): Sts {
	const client = (credentials?: AwsCredentials) =>
		new STSClient({
			...awsClientConfig(context, { region, ...(credentials === undefined ? {} : { credentials }) }),
			maxAttempts: 1,
		});
	return {
		assumeRoleWithWebIdentity: (input) => client().send(new AssumeRoleWithWebIdentityCommand(input)),
		assumeRole: (input, credentials) => client(credentials).send(new AssumeRoleCommand(input)),
	};
}

/** Who the ambient credentials belong to, as STS says it. */
export function getCallerIdentity(region: string, context: Context): Promise<GetCallerIdentityCommandOutput> {
	return new STSClient(awsClientConfig(context, { region })).send(new GetCallerIdentityCommand({}));
}
