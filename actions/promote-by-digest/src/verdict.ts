import { readFile } from 'node:fs/promises';
import { type Context, type Digest, digestOf, formatDuration, PipelineError } from '@ecr-pipeline/core';
import { findVerdicts } from '@ecr-pipeline/ecr';
import { readVerdict, type Verdict } from '@ecr-pipeline/findings';
import type { ImageRepository } from '@ecr-pipeline/registry';

/** What must hold of a verdict. */
export interface VerdictDemand {
	readonly digest: Digest;
	/** A file, or a repository in which the image has its verdict as a referrer. */
	readonly from: { readonly file: string } | { readonly repository: ImageRepository };
	/** Milliseconds. */
	readonly maxAge: number;
	/** The policy that it must have been reached by; any, when absent. */
	readonly policyDigest?: Digest;
}

/** A verdict that lets an image through. */
export interface AcceptedVerdict extends Verdict {
	/** Of the statement's bytes. */
	readonly statementDigest: Digest;
}

/**
 * Refuses to go on unless the verdict passed, for exactly this digest, by the policy that is asked for, and not too long
 * ago: findings change while images do not.
 */
export async function assertVerdict(demand: VerdictDemand, context: Pick<Context, 'clock'>): Promise<AcceptedVerdict> {
	const { name, text, created } = await find(demand);
	const verdict = readVerdict(text, name);
	const refusal = refusalOf(verdict, demand, created, context.clock.now());
	if (refusal === undefined) return { ...verdict, statementDigest: digestOf(text) };
	throw new PipelineError({
		code: 'refused',
		attempted: `The verdict ${name} does not let ${demand.digest} through`,
		answer: refusal,
		fix: 'Nothing has been copied. Run wait-for-scan and gate-on-findings for this digest.',
	});
}

interface Found {
	readonly name: string;
	readonly text: string;
	/** When its referrer says it was reached, ISO 8601. */
	readonly created?: string;
}

async function find({ from, digest }: VerdictDemand): Promise<Found> {
	if ('file' in from) return { name: from.file, text: await readVerdictFile(from.file) };
	const { repository } = from;
	// The newest counts: an older PASSED does not outlive a newer FAILED.
	const [newest] = await findVerdicts(repository, digest);
	if (newest !== undefined)
		return { name: `${repository.name}@${newest.digest}`, text: newest.text, created: newest.created };
	throw new PipelineError({
		code: 'refused',
		attempted: `There is no verdict for ${repository.name}@${digest}`,
		answer: 'no file is given, and none is attached to the image',
		fix: 'Nothing has been copied. Run gate-on-findings with attach-verdict: true, or pass its verdict-file.',
	});
}

async function readVerdictFile(path: string): Promise<string> {
	return readFile(path, 'utf8').catch((cause: unknown) => {
		throw new PipelineError({
			code: 'not-found',
			attempted: `Could not read the verdict ${path}`,
			fix: 'Pass the verdict-file output of gate-on-findings; a file does not travel between jobs by itself.',
			cause,
		});
	});
}

// A clock of another machine may be ahead a little; a verdict from further in the future is no verdict.
const SKEW = 5 * 60_000;

function refusalOf(
	verdict: Verdict,
	{ digest, policyDigest, maxAge }: VerdictDemand,
	created: string | undefined,
	now: number,
): string | undefined {
	if (verdict.digest !== digest) return `it is about ${verdict.digest}`;
	if (!verdict.passed) return 'it says FAILED';
	// Either of the two that it was reached by: its own, and the one of the organisation above that.
	if (policyDigest !== undefined && ![verdict.policyDigest, verdict.orgPolicyDigest].includes(policyDigest))
		return `it was reached by the policy ${verdict.policyUri} (${verdict.policyDigest}), and ${policyDigest} is asked for`;
	// Referrers are ordered by this time: an old statement that is attached anew must not stand before a newer one.
	if (created !== undefined && Date.parse(created) !== verdict.verifiedAt)
		return `it was reached ${new Date(verdict.verifiedAt).toISOString()}, and its referrer says ${created || 'no time'}`;
	const age = now - verdict.verifiedAt;
	if (age > maxAge) return `it is ${formatDuration(age)} old, and max-verdict-age is ${formatDuration(maxAge)}`;
	if (age < -SKEW) return 'its time lies in the future';
	return undefined;
}
