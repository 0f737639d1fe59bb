import { ECRClient, GetAuthorizationTokenCommand } from '@aws-sdk/client-ecr';
import { type AwsIdentity, awsClientConfig, type Context, explainAwsError, PipelineError } from '@ecr-pipeline/core';
import { decodeToken, type RegistryAuthorization } from './authorization.ts';

const ATTEMPTED = 'Could not get a registry token from ECR';

/** Gets a password as somebody; see `authorizeRegistry`. */
export function authorizeAs(
	identity: AwsIdentity,
	context: Context,
	accountId?: string,
): Promise<RegistryAuthorization> {
	return authorizeRegistry(new ECRClient(awsClientConfig(context, identity)), context, accountId);
}

/**
 * Gets the password of the caller's own registry. It opens every registry of the same region that the caller may access,
 * for twelve hours (ECR API reference, GetAuthorizationToken).
 * @param accountId names another registry in the answer; ECR calls the field deprecated, and hosts have no other source
 * where they do not name their account
 */
export async function authorizeRegistry(
	client: ECRClient,
	context: Pick<Context, 'mask'>,
	accountId?: string,
): Promise<RegistryAuthorization> {
	try {
		const { authorizationData } = await client.send(
			new GetAuthorizationTokenCommand(accountId === undefined ? {} : { registryIds: [accountId] }),
		);
		const { authorizationToken: token, proxyEndpoint, expiresAt } = authorizationData?.[0] ?? {};
		if (!token || !proxyEndpoint || !expiresAt) {
			throw new PipelineError({
				code: 'service',
				attempted: ATTEMPTED,
				answer: 'the answer holds no token, endpoint or expiry',
			});
		}
		const { host, protocol } = new URL(proxyEndpoint);
		return {
			registry: host,
			protocol: protocol === 'http:' ? 'http:' : 'https:',
			credentials: decodeToken(token, context),
			expiresAt,
		};
	} catch (error) {
		throw explainAwsError(error, ATTEMPTED, 'ecr:GetAuthorizationToken on *');
	}
}
