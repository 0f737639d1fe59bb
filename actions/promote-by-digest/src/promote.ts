import { type Context, type Digest, formatBytes, messageOf, PipelineError, withProgress } from '@ecr-pipeline/core';
import type { TagPlan } from '@ecr-pipeline/ecr';
import {
	type CopyCounts,
	describeProgress,
	type ImageGraph,
	type ImageRepository,
	type Manifest,
	NO_PROGRESS,
	readGraph,
	startCopies,
} from '@ecr-pipeline/registry';
import { type Evidence, findEvidence } from './evidence.ts';
import type { PromoteInputs } from './inputs.ts';
import { type DestinationPlan, makePlan, type Plan } from './plan.ts';
import { assertVerdict } from './verdict.ts';

/** What became of one destination. */
export interface Promotion {
	/** `registry/repository`. */
	readonly name: string;
	readonly registry: string;
	readonly repository: string;
	readonly tags: readonly TagPlan[];
	readonly changed: boolean;
	readonly counts: CopyCounts;
	readonly evidence: readonly EvidenceOutcome[];
	/** What the first tag that moved stood on before. */
	readonly previousDigest?: Digest;
}

export interface EvidenceOutcome {
	readonly digest: Digest;
	readonly kind: string;
	readonly outcome: 'copied' | 'unchanged' | 'failed';
	readonly message?: string;
}

export interface PromoteResult {
	readonly source: string;
	readonly digest: Digest;
	readonly dryRun: boolean;
	readonly promotions: readonly Promotion[];
}

const NO_COUNTS: CopyCounts = { bytesCopied: 0, blobsCopied: 0, blobsMounted: 0, blobsSkipped: 0 };

/** Makes the same bytes be at every destination, and its tags stand on them, tags last. */
export async function promote(inputs: PromoteInputs, context: Context): Promise<PromoteResult> {
	const plan = await makePlan(inputs, context);
	if (inputs.verdictFile !== undefined)
		await assertVerdict(inputs.verdictFile, plan.source.root.digest, inputs.maxVerdictAge, context);
	// What belongs to the image is looked for while the image itself is copied.
	const evidence = inputs.referrers ? findEvidence(plan.source.repository, plan.source.root) : Promise.resolve([]);
	evidence.catch(() => undefined);
	const promotions: Promotion[] = [];
	for (const destination of plan.destinations) {
		promotions.push(
			inputs.dryRun ? planned(destination) : await promoteTo(destination, plan, evidence, inputs, context),
		);
	}
	return { source: plan.source.repository.name, digest: plan.source.root.digest, dryRun: inputs.dryRun, promotions };
}

function planned({ repository, tags, present }: DestinationPlan): Promotion {
	return {
		...place(repository),
		tags,
		changed: !present || changesTags(tags),
		counts: NO_COUNTS,
		evidence: [],
		...previous(tags),
	};
}

async function promoteTo(
	destination: DestinationPlan,
	plan: Plan,
	finding: Promise<readonly Evidence[]>,
	inputs: PromoteInputs,
	context: Context,
): Promise<Promotion> {
	const { root, graph } = plan.source;
	const { repository, tags, present } = destination;
	const counts = present ? NO_COUNTS : await copy(await graph(), destination, plan, inputs, context);
	if (destination.mountFrom !== undefined && counts.blobsCopied > 0) explainStreaming(counts, destination, context);
	const evidence = await finding;
	const outstanding = tags.filter(({ outcome }) => outcome !== 'unchanged');
	const [firstTag] = outstanding;
	// The root goes in with its first tag at once, unless evidence must stand between it and its tags.
	if (!present && (firstTag === undefined || evidence.length > 0)) await repository.putManifest(root);
	const outcomes = await putEvidence(evidence, destination, plan, inputs, context);
	for (const { tag } of outstanding) await repository.putManifest(root, tag);
	return {
		...place(repository),
		tags,
		changed: !present || changesTags(tags) || outcomes.some(({ outcome }) => outcome === 'copied'),
		counts,
		evidence: outcomes,
		...previous(tags),
	};
}

/** Within one registry no byte needs to move; when some did, the settings that would have saved them are named. */
function explainStreaming(
	{ blobsCopied, bytesCopied }: CopyCounts,
	{ repository, mountFrom }: DestinationPlan,
	context: Context,
): void {
	context.log.notice(
		`${blobsCopied} blobs (${formatBytes(bytesCopied)}) were streamed from ${mountFrom} to ${repository.repository} within ${repository.registry}. ` +
			'ECR mounts them without moving a byte when the account allows it (`aws ecr put-account-setting --name BLOB_MOUNTING --value ENABLED`), ' +
			'both repositories have the same encryption and key, and the image does not come from a pull-through cache.',
	);
}

async function copy(
	graph: ImageGraph,
	destination: DestinationPlan,
	{ source }: Plan,
	inputs: PromoteInputs,
	context: Context,
): Promise<CopyCounts> {
	const started = context.clock.now();
	let progress = NO_PROGRESS;
	const describe = (): string =>
		`Copying to ${destination.repository.name}: ${describeProgress(progress, context.clock.now() - started)}`;
	const { repository: target, mountFrom } = destination;
	return withProgress(context, describe, async () => {
		const [copied] = await startCopies(
			[{ source: source.repository, graph, target, ...(mountFrom === undefined ? {} : { mountFrom }) }],
			{
				concurrency: inputs.concurrency,
				onProgress: (now) => {
					progress = now;
				},
			},
		);
		return (await copied) ?? NO_COUNTS;
	});
}

async function putEvidence(
	evidence: readonly Evidence[],
	destination: DestinationPlan,
	plan: Plan,
	inputs: PromoteInputs,
	context: Context,
): Promise<EvidenceOutcome[]> {
	const { repository } = destination;
	if (evidence.length === 0 || repository.name === plan.source.repository.name) return [];
	const there = await repository.manifests(evidence.map(({ manifest, tag }) => tag ?? manifest.digest));
	const outcomes: EvidenceOutcome[] = [];
	for (const { manifest, tag, kind } of evidence) {
		if (there.get(tag ?? manifest.digest)?.digest === manifest.digest) {
			outcomes.push({ digest: manifest.digest, kind, outcome: 'unchanged' });
			continue;
		}
		try {
			await copy(await readGraph(plan.source.repository, manifest), destination, plan, inputs, context);
			await repository.putManifest(manifest, tag);
			outcomes.push({ digest: manifest.digest, kind, outcome: 'copied' });
		} catch (error) {
			outcomes.push(refused(error, manifest, kind, repository, inputs, context));
		}
	}
	return outcomes;
}

function refused(
	error: unknown,
	{ digest }: Manifest,
	kind: string,
	repository: ImageRepository,
	inputs: PromoteInputs,
	context: Context,
): EvidenceOutcome {
	const message = `${repository.name} did not take the referrer ${digest} (${kind}): ${messageOf(error)}`;
	if (inputs.onReferrerError === 'fail') {
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

function place({ name, registry, repository }: ImageRepository): Pick<Promotion, 'name' | 'registry' | 'repository'> {
	return { name, registry, repository };
}

function changesTags(tags: readonly TagPlan[]): boolean {
	return tags.some(({ outcome }) => outcome !== 'unchanged');
}

function previous(tags: readonly TagPlan[]): { previousDigest?: Digest } {
	const moved = tags.find(({ outcome }) => outcome === 'moved');
	return moved?.previous === undefined ? {} : { previousDigest: moved.previous };
}
