import { ECRPUBLICClient, GetAuthorizationTokenCommand } from '@aws-sdk/client-ecr-public';
import { type AwsIdentity, awsClientConfig, type Context, explainAwsError, PipelineError } from '@ecr-pipeline/core';
import { decodeToken, PUBLIC_REGION, PUBLIC_REGISTRY, type RegistryAuthorization } from './authorization.ts';

/** Gets the password of ECR Public. Its answer names no host. */
export async function authorizePublicly(
	credentials: AwsIdentity['credentials'],
	context: Context,
): Promise<RegistryAuthorization> {
	const attempted = 'Could not get a registry token from ECR Public';
	const identity = { region: PUBLIC_REGION, ...(credentials === undefined ? {} : { credentials }) };
	try {
		const client = new ECRPUBLICClient(awsClientConfig(context, identity));
		const { authorizationData } = await client.send(new GetAuthorizationTokenCommand({}));
		const { authorizationToken: token, expiresAt } = authorizationData ?? {};
		if (!token || !expiresAt) {
			throw new PipelineError({ code: 'service', attempted, answer: 'the answer holds no token or expiry' });
		}
		return { registry: PUBLIC_REGISTRY, protocol: 'https:', credentials: decodeToken(token, context), expiresAt };
	} catch (error) {
		throw explainAwsError(error, attempted, 'ecr-public:GetAuthorizationToken and sts:GetServiceBearerToken on *');
	}
}
