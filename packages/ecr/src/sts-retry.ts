import { awsErrorCode, type Context, PipelineError, type RetryOptions } from '@ecr-pipeline/core';

const LONGEST_MILLISECONDS = 60_000;
// IAM is eventually consistent right after a change, and parallel jobs saw transient refusals
// (aws-actions/configure-aws-credentials#299); a trust policy that is wrong stays wrong.
const REFUSALS = 3;
const REFUSAL_MILLISECONDS = 10_000;

const BUSY =
	/^(?:IDPCommunicationError|Throttl|RequestLimitExceeded|TooManyRequests|ServiceUnavailable|InternalFailure|RequestTimeout|TimeoutError)/;
const STALE_TOKEN = /^(?:ExpiredToken|InvalidIdentityToken)/;
// The SDK corrects its clock by the answer's Date, so the second signature is good.
const CLOCK_SKEW = /^(?:RequestExpired|RequestTimeTooSkewed|RequestInTheFuture|InvalidSignature|SignatureDoesNotMatch)/;
const CONNECTION = /^(?:ECONN|ENOTFOUND|EAI_AGAIN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)/;

/**
 * Which refusals of STS pass by themselves, and how often each is worth asking again: what is busy or unreachable within
 * a minute, a refusal three times within ten seconds, a stale token or a wrong clock once. All else is final.
 */
export function stsRetry(context: Pick<Context, 'clock' | 'random'>, attempts: number): RetryOptions {
	const started = context.clock.now();
	const seen = { refusals: 0, tokens: 0, skews: 0 };
	return {
		clock: context.clock,
		random: context.random,
		attempts,
		baseMilliseconds: 500,
		deadline: started + LONGEST_MILLISECONDS,
		again(error) {
			if (error instanceof PipelineError) return false;
			const code = awsErrorCode(error) ?? '';
			if (isBusy(error, code)) return true;
			if (STALE_TOKEN.test(code)) {
				seen.tokens += 1;
				return seen.tokens === 1;
			}
			if (CLOCK_SKEW.test(code)) {
				seen.skews += 1;
				return seen.skews === 1;
			}
			if (!code.startsWith('AccessDenied')) return false;
			seen.refusals += 1;
			return seen.refusals < REFUSALS && context.clock.now() - started < REFUSAL_MILLISECONDS;
		},
	};
}

function isBusy(error: unknown, code: string): boolean {
	if (BUSY.test(code)) return true;
	const { $metadata, code: system } = error as { $metadata?: { httpStatusCode?: number }; code?: unknown };
	return ($metadata?.httpStatusCode ?? 0) >= 500 || CONNECTION.test(String(system ?? ''));
}
