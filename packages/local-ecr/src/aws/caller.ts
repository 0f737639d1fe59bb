import type { Credentials, Principal } from './credentials.ts';
import { ServiceError } from './service-error.ts';

/** The principal and region of an AWS call, as its SigV4 signature names them. */
export interface Caller {
	readonly principal: Principal;
	readonly region: string;
}

const CREDENTIAL = /^AWS4-(?:HMAC-SHA256|ECDSA-P256-SHA256) Credential=([^/]+)\/(?:\d{8})\/([^/]+)\//;

/**
 * Reads the caller from the Authorization header. The signature itself is not checked: there is no secret to keep on
 * loopback, but a key that nobody issued, or one that has expired, is refused as AWS refuses it.
 */
export function identifyCaller(headers: (name: string) => string | undefined, credentials: Credentials): Caller {
	const authorization = headers('authorization');
	if (authorization === undefined)
		throw new ServiceError('MissingAuthenticationTokenException', 'Request is missing Authentication Token', 403);
	const [, accessKeyId = '', region = ''] = CREDENTIAL.exec(authorization) ?? [];
	if (accessKeyId === '')
		throw new ServiceError(
			'IncompleteSignatureException',
			"Authorization header requires 'Credential' parameter.",
			403,
		);
	return { principal: credentials.identify(accessKeyId, headers('x-amz-security-token')), region };
}
