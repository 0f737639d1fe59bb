import { PipelineError } from '@ecr-pipeline/core';

interface SdkError {
	readonly code?: unknown;
	readonly $fault?: unknown;
	readonly $retryable?: unknown;
	readonly $metadata?: { readonly httpStatusCode?: number };
}

const NETWORK = /^(?:ECONNRESET|ECONNREFUSED|ECONNABORTED|EPIPE|ETIMEDOUT|EAI_AGAIN|ENETUNREACH|EHOSTUNREACH)$/;

/** Tells whether asking the service again later can help: throttling, its own trouble, a broken connection. */
export function isTransient(error: unknown): boolean {
	if (!(error instanceof PipelineError)) return false;
	if (error.code === 'throttled' || error.code === 'timeout') return true;
	const cause = (error.problem.cause ?? {}) as SdkError;
	return (
		cause.$fault === 'server' ||
		cause.$retryable !== undefined ||
		(cause.$metadata?.httpStatusCode ?? 0) >= 500 ||
		NETWORK.test(String(cause.code))
	);
}
