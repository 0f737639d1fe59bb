import type { ECRClient } from '@aws-sdk/client-ecr';
import { type AwsIdentity, awsClientConfig, type Context, explainAwsError, PipelineError } from '@ecr-pipeline/core';
import type { RegistryCredentials } from '@ecr-pipeline/registry';

export interface RegistryAuthorization {
	/** Host with port, from the answer's `proxyEndpoint`: never spelled by us. */
	readonly registry: string;
	readonly protocol: 'http:' | 'https:';
	readonly credentials: RegistryCredentials;
	readonly expiresAt: Date;
}

/**
 * Gets the password of the caller's own registry. It opens every registry of the same region that the caller may access,
 * for twelve hours (ECR API reference, GetAuthorizationToken).
 */
export async function authorizeRegistry(
	client: ECRClient,
	context: Pick<Context, 'mask'>,
): Promise<RegistryAuthorization> {
	const { GetAuthorizationTokenCommand } = await import('@aws-sdk/client-ecr');
	const attempted = 'Could not get a registry token from ECR';
	try {
		const { authorizationData } = await client.send(new GetAuthorizationTokenCommand({}));
		const { authorizationToken: token, proxyEndpoint, expiresAt } = authorizationData?.[0] ?? {};
		if (!token || !proxyEndpoint || !expiresAt) {
			throw new PipelineError({ code: 'service', attempted, answer: 'the answer holds no token, endpoint or expiry' });
		}
		const { host, protocol } = new URL(proxyEndpoint);
		return {
			registry: host,
			protocol: protocol === 'http:' ? 'http:' : 'https:',
			credentials: decodeToken(token, context),
			expiresAt,
		};
	} catch (error) {
		throw explainAwsError(error, attempted, 'ecr:GetAuthorizationToken on *');
	}
}

/** ECR Public has one host, and its API is in one region (ECR Public user guide, "Registry authentication"). */
export const PUBLIC_REGISTRY = 'public.ecr.aws';
export const PUBLIC_REGION = 'us-east-1';

/** Gets the password of ECR Public. Its answer names no host. */
export async function authorizePublicRegistry(
	credentials: AwsIdentity['credentials'],
	context: Context,
): Promise<RegistryAuthorization> {
	const { ECRPUBLICClient, GetAuthorizationTokenCommand } = await import('@aws-sdk/client-ecr-public');
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

/** A token is base64 of `AWS:password`; a password may hold colons. */
function decodeToken(token: string, context: Pick<Context, 'mask'>): RegistryCredentials {
	const [username = '', ...rest] = Buffer.from(token, 'base64').toString('utf8').split(':');
	const password = rest.join(':');
	for (const secret of [password, token]) context.mask(secret);
	return { username, password };
}
