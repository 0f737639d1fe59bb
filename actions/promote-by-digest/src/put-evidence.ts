import { awsErrorCode, type Context, type Digest, messageOf, PipelineError } from '@ecr-pipeline/core';
import {
	type Descriptor,
	describeReferrer,
	fallbackTag,
	type ImageRepository,
	mergeFallback,
	RegistryError,
} from '@ecr-pipeline/registry';
import type { Evidence, FoundEvidence } from './evidence.ts';

export interface EvidenceOutcome {
	readonly digest: Digest;
	readonly kind: string;
	readonly outcome: 'copied' | 'unchanged' | 'failed' | 'planned';
	readonly message?: string;
}

export interface EvidenceRequest {
	readonly found: FoundEvidence;
	readonly source: string;
	readonly target: ImageRepository;
	/** Makes everything below a manifest be at the target. */
	readonly copyBelow: (manifest: NonNullable<Evidence['manifest']>) => Promise<unknown>;
	readonly onError: 'fail' | 'warn';
}

/** Brings everything that belongs to an image to where the image is now. What is there already is left alone. */
export async function putEvidence(request: EvidenceRequest, context: Context): Promise<EvidenceOutcome[]> {
	const { found, target } = request;
	if (found.evidence.length === 0) return [];
	const there = await target.manifests(found.evidence.map(({ digest, tag }) => tag ?? digest));
	const outcomes: EvidenceOutcome[] = [];
	for (const evidence of found.evidence) {
		const { digest, kind, tag } = evidence;
		if (there.get(tag ?? digest)?.digest === digest) outcomes.push({ digest, kind, outcome: 'unchanged' });
		else outcomes.push(await attempt(request, { digest, kind }, () => putOne(evidence, request), context));
	}
	return [...outcomes, ...(await putFallbacks(request, outcomes, context))];
}

async function putOne({ digest, manifest, tag }: Evidence, request: EvidenceRequest): Promise<boolean> {
	if (manifest === undefined) throw vanished(digest, request.source);
	await request.copyBelow(manifest);
	await request.target.putManifest(manifest, tag);
	return true;
}

/**
 * Fallback tags are merged into what the target has: those of the source, and one for each subject where the target has no
 * referrers API to find the referrers by (distribution-spec 1.1, "Pushing Manifests with Subject").
 */
async function putFallbacks(
	request: EvidenceRequest,
	outcomes: readonly EvidenceOutcome[],
	context: Context,
): Promise<EvidenceOutcome[]> {
	const { found, target } = request;
	const failed = new Set(outcomes.filter(({ outcome }) => outcome === 'failed').map(({ digest }) => digest));
	const entries = new Map<Digest, Descriptor[]>();
	const note = (subject: Digest, descriptor: Descriptor): void => {
		if (!failed.has(descriptor.digest)) entries.set(subject, [...(entries.get(subject) ?? []), descriptor]);
	};
	const belonging = new Set(found.evidence.map(({ digest }) => digest));
	for (const [subject, listed] of found.fallbacks)
		for (const descriptor of listed) if (belonging.has(descriptor.digest)) note(subject, descriptor);
	const referrers = found.evidence.filter(({ subject }) => subject !== undefined);
	const [first] = referrers;
	// Asked of the referrer itself, which has few referrers or none: the answer is short.
	if (first !== undefined && (await target.referrers(first.digest)) === undefined)
		for (const { subject, manifest } of referrers)
			if (subject !== undefined && manifest !== undefined) note(subject, describeReferrer(manifest));
	const merged: EvidenceOutcome[] = [];
	for (const [subject, descriptors] of entries) {
		const kind = `fallback tag ${fallbackTag(subject)}`;
		merged.push(
			await attempt(request, { digest: subject, kind }, () => mergeFallback(target, subject, descriptors), context),
		);
	}
	return merged;
}

/** @param work says whether anything had to be written */
async function attempt(
	{ target, onError }: EvidenceRequest,
	{ digest, kind }: Pick<EvidenceOutcome, 'digest' | 'kind'>,
	work: () => Promise<boolean>,
	context: Context,
): Promise<EvidenceOutcome> {
	try {
		return { digest, kind, outcome: (await work()) ? 'copied' : 'unchanged' };
	} catch (error) {
		const message = `${target.name} did not take the referrer ${digest} (${kind}): ${messageOf(error)}${knownCause(error, kind)}`;
		if (onError === 'fail') {
			throw new PipelineError({
				code: 'service',
				attempted: message,
				fix: 'No tag has been set. Promote without it by on-referrer-error: warn, or leave all of them by referrers: false.',
				cause: error,
			});
		}
		context.log.warning(message);
		return { digest, kind, outcome: 'failed', message };
	}
}

function knownCause(error: unknown, kind: string): string {
	const code = awsErrorCode(error) ?? awsErrorCode((error as { readonly cause?: unknown }).cause);
	// ECR says 405 UNSUPPORTED in the distribution API and InvalidParameterException in its own.
	if ((error instanceof RegistryError && [405, 415].includes(error.status)) || code === 'InvalidParameterException')
		return ' The registry does not take manifests of this kind, whoever pushes them (aws/containers-roadmap#2783).';
	if (kind.startsWith('fallback tag') && code === 'ImageTagAlreadyExistsException')
		return ' A fallback tag has to move: exclude `sha256-*` from the immutability of the repository.';
	return '';
}

function vanished(digest: Digest, source: string): PipelineError {
	return new PipelineError({
		code: 'not-found',
		attempted: `${source} lists it and does not have it`,
		answer: digest,
	});
}
