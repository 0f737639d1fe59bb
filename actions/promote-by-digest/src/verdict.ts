import { readFile } from 'node:fs/promises';
import { type Context, type Digest, formatDuration, PipelineError } from '@ecr-pipeline/core';
import { readVerdict } from '@ecr-pipeline/findings';

/**
 * Refuses to go on unless the verdict passed, for exactly this digest, and not too long ago: findings change while
 * images do not.
 * @param maxAge milliseconds
 */
export async function assertVerdict(
	path: string,
	digest: Digest,
	maxAge: number,
	context: Pick<Context, 'clock'>,
): Promise<void> {
	const text = await readFile(path, 'utf8').catch((cause: unknown) => {
		throw new PipelineError({
			code: 'not-found',
			attempted: `Could not read the verdict ${path}`,
			fix: 'Pass the verdict-file output of gate-on-findings; a file does not travel between jobs by itself.',
			cause,
		});
	});
	const verdict = readVerdict(text, path);
	const refusal = refusalOf(verdict, digest, maxAge, context.clock.now());
	if (refusal === undefined) return;
	throw new PipelineError({
		code: 'refused',
		attempted: `The verdict ${path} does not let ${digest} through`,
		answer: refusal,
		fix: 'Nothing has been copied. Run wait-for-scan and gate-on-findings for this digest.',
	});
}

// A clock of another machine may be ahead a little; a verdict from further in the future is no verdict.
const SKEW = 5 * 60_000;

function refusalOf(
	verdict: { readonly digest: Digest; readonly passed: boolean; readonly verifiedAt: number },
	digest: Digest,
	maxAge: number,
	now: number,
): string | undefined {
	if (verdict.digest !== digest) return `it is about ${verdict.digest}`;
	if (!verdict.passed) return 'it says FAILED';
	const age = now - verdict.verifiedAt;
	if (age > maxAge) return `it is ${formatDuration(age)} old, and max-verdict-age is ${formatDuration(maxAge)}`;
	if (age < -SKEW) return 'its time lies in the future';
	return undefined;
}
