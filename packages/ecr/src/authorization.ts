import type { AwsIdentity, Context } from '@ecr-pipeline/core';
import type { RegistryCredentials } from '@ecr-pipeline/registry';

export interface RegistryAuthorization {
	/** Host with port, from the answer's `proxyEndpoint`: never spelled by us. */
	readonly registry: string;
	readonly protocol: 'http:' | 'https:';
	readonly credentials: RegistryCredentials;
	readonly expiresAt: Date;
}

/** @param accountId whose registry the answer is to name; absent: the caller's own */
export type Authorize = (identity: AwsIdentity, accountId?: string) => Promise<RegistryAuthorization>;

/** Opens the way to passwords. The SDK's client begins to load at once, while the caller still waits for its session. */
export function openAuthorizer(context: Context): Authorize {
	const loading = import('./authorization-private.ts');
	return async (identity, accountId) => (await loading).authorizeAs(identity, context, accountId);
}

/** ECR Public has one host, and its API is in one region (ECR Public user guide, "Registry authentication"). */
export const PUBLIC_REGISTRY = 'public.ecr.aws';
export const PUBLIC_REGION = 'us-east-1';

/** Gets the password of ECR Public. */
export async function authorizePublicRegistry(
	credentials: AwsIdentity['credentials'],
	context: Context,
): Promise<RegistryAuthorization> {
	const { authorizePublicly } = await import('./authorization-public.ts');
	return authorizePublicly(credentials, context);
}

/** A token is base64 of `AWS:password`; a password may hold colons. */
export function decodeToken(token: string, context: Pick<Context, 'mask'>): RegistryCredentials {
	const [username = '', ...rest] = Buffer.from(token, 'base64').toString('utf8').split(':');
	const password = rest.join(':');
	for (const secret of [password, token]) context.mask(secret);
	return { username, password };
}
