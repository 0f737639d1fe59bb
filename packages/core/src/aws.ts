import type { Context } from './context.ts';
import { type ErrorCode, PipelineError } from './errors.ts';
import type { HttpAgents } from './http.ts';

/** Credentials in the shape that the AWS SDK takes. */
export interface AwsCredentials {
	readonly accessKeyId: string;
	readonly secretAccessKey: string;
	readonly sessionToken?: string;
	readonly expiration?: Date;
}

/** Who calls, and where: absent credentials mean the SDK's own chain (environment, container, instance profile …). */
export interface AwsIdentity {
	readonly region: string;
	readonly credentials?: AwsCredentials | (() => Promise<AwsCredentials>);
}

export interface AwsClientConfig extends AwsIdentity {
	readonly maxAttempts: number;
	readonly requestHandler: HttpAgents & { readonly connectionTimeout: number };
}

/**
 * The configuration that every AWS client of the suite is made with. The SDK reads AWS_ENDPOINT_URL,
 * AWS_ENDPOINT_URL_<SERVICE>, AWS_USE_FIPS_ENDPOINT and AWS_USE_DUALSTACK_ENDPOINT by itself; its standard retry mode has
 * full jitter and honours Retry-After.
 */
export function awsClientConfig(context: Context, identity: AwsIdentity): AwsClientConfig {
	return {
		...environmentCredentials(context.env),
		...identity,
		maxAttempts: 6,
		requestHandler: { ...context.agents, connectionTimeout: 10_000 },
	};
}

/**
 * Credentials in the environment come first in the SDK's own chain. They are handed over here because the environment of a
 * step that runs several actions in one process is that of its context, not of the process.
 */
function environmentCredentials({
	AWS_ACCESS_KEY_ID: accessKeyId,
	AWS_SECRET_ACCESS_KEY: secretAccessKey,
	AWS_SESSION_TOKEN: sessionToken,
}: Context['env']): Pick<AwsIdentity, 'credentials'> {
	if (!accessKeyId || !secretAccessKey) return {};
	return { credentials: { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) } };
}

/** The region from the input or the environment, as every AWS tool looks for it. */
export function awsRegion(given: string | undefined, env: Context['env']): string | undefined {
	return given ?? (env.AWS_REGION || env.AWS_DEFAULT_REGION || undefined);
}

interface ServiceError {
	readonly name: string;
	readonly message: string;
	readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string };
}

/** The service's own code of an AWS error (`ImageNotFoundException`), or undefined for anything else. */
export function awsErrorCode(error: unknown): string | undefined {
	return error instanceof Error && '$metadata' in error ? error.name : undefined;
}

/**
 * Turns an error of the AWS SDK into one that a person can act on.
 * @param attempted the start of the sentence: `Could not put the image …`
 * @param iamAction what to grant when access was denied: `ecr:PutImage on arn:…`
 */
export function explainAwsError(error: unknown, attempted: string, iamAction: string, fix?: string): PipelineError {
	if (error instanceof PipelineError) return error;
	const { name, message, $metadata } = error as ServiceError;
	const code = codeOf(name, $metadata?.httpStatusCode);
	const identification = [
		$metadata?.httpStatusCode === undefined ? undefined : `HTTP ${$metadata.httpStatusCode}`,
		$metadata?.requestId === undefined ? undefined : `request id ${$metadata.requestId}`,
	].filter((part) => part !== undefined);
	return new PipelineError({
		code,
		attempted,
		answer: `${name}: ${message}${identification.length === 0 ? '' : ` (${identification.join(', ')})`}`,
		...withFix(fix ?? usualFix(code, iamAction)),
		cause: error,
	});
}

function withFix(fix: string | undefined): { fix?: string } {
	return fix === undefined ? {} : { fix };
}

function codeOf(name: string, status: number | undefined): ErrorCode {
	if (/^(?:AccessDenied|UnrecognizedClient|ExpiredToken|InvalidSignature|CredentialsProvider|Unauthorized)/.test(name))
		return 'access-denied';
	if (/Throttl|TooManyRequests|RequestLimitExceeded/.test(name) || status === 429) return 'throttled';
	if (/NotFound/.test(name)) return 'not-found';
	if (/AlreadyExists/.test(name)) return 'conflict';
	if (/Timeout/.test(name)) return 'timeout';
	return 'service';
}

function usualFix(code: ErrorCode, iamAction: string): string | undefined {
	if (code === 'access-denied')
		return `Grant ${iamAction} to the role of this step, and check that its credentials have not expired.`;
	if (code === 'throttled') return 'The account is at its rate limit; run again later, or ask AWS for a higher quota.';
	return undefined;
}
