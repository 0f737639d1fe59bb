import { type Context, type Digest, formatBytes } from '@ecr-pipeline/core';
import type { CopyCounts } from '@ecr-pipeline/registry';
import type { PromoteInputs } from './inputs.ts';
import { type Job, outstanding } from './job.ts';
import type { Reason } from './preflight.ts';
import type { EvidenceOutcome } from './put-evidence.ts';
import { attachRecord } from './record.ts';
import type { Promotion } from './result.ts';

/** A job whose image is whole at its destination, and whose tags are still to be set. */
export interface Copied {
	readonly job: Job;
	readonly counts: CopyCounts;
	readonly evidence: readonly EvidenceOutcome[];
	/** Being found out while the image goes on. */
	readonly reasons: Promise<readonly Reason[]>;
}

/** Attaches the record of what is about to be promoted, when it is asked for and there is something to record. */
export async function recordOf(copied: Copied, inputs: PromoteInputs, context: Context): Promise<Digest | undefined> {
	if (!inputs.attachRecord || !isChange(copied)) return undefined;
	const { source, destination, verdict } = copied.job;
	const { repository, tags } = destination;
	return attachRecord(
		repository,
		source.root,
		{
			from: `${source.repository.name}@${source.original.digest}`,
			to: `${repository.name}@${source.root.digest}`,
			digest: source.root.digest,
			tags: tags.map(({ tag }) => tag),
			promotedAt: context.clock.now(),
			...(verdict === undefined ? {} : { verdict }),
		},
		context.env,
	);
}

/** What became of one image at one destination, for outputs and summary. */
export async function promotionOf(copied: Copied, record: Digest | undefined, context: Context): Promise<Promotion> {
	const { job, counts, evidence } = copied;
	const { source, destination } = job;
	const { repository, tags } = destination;
	const reasons = await copied.reasons;
	explain(counts, reasons, job, context);
	const moved = tags.find(({ outcome }) => outcome === 'moved')?.previous;
	return {
		source: `${source.repository.name}@${source.original.digest}`,
		digest: source.root.digest,
		name: repository.name,
		registry: repository.registry,
		repository: repository.repository,
		tags,
		changed: isChange(copied),
		counts,
		evidence,
		reasons,
		...(moved === undefined ? {} : { previousDigest: moved }),
		...(record === undefined ? {} : { record }),
	};
}

function isChange({ job: { destination }, evidence }: Copied): boolean {
	return (
		!destination.present || outstanding(destination).length > 0 || evidence.some(({ outcome }) => outcome === 'copied')
	);
}

/** Within one registry no byte needs to move; when some did, what would have saved them is worth an annotation. */
function explain(
	{ blobsCopied, bytesCopied }: CopyCounts,
	reasons: readonly Reason[],
	{ source, destination }: Job,
	{ log }: Context,
): void {
	if (reasons.length === 0) return;
	const told = reasons.map(({ why, command }) => (command === undefined ? why : `${why} (\`${command}\`)`));
	const message = `${blobsCopied} blobs (${formatBytes(bytesCopied)}) were streamed from ${source.repository.name} to ${destination.repository.name}: ${told.join('; ')}.`;
	if (destination.mountFrom === undefined) log.info(message);
	else log.notice(message);
}
