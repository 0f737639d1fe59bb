import { NO_COUNTS } from './copy.ts';
import { forAll } from './failures.ts';
import { type Job, outstanding } from './job.ts';
import { type Reason, whyBytesMove } from './preflight.ts';
import type { CopyPlan, Promotion } from './result.ts';
import type { Sides } from './sides.ts';

/** What would be mounted, streamed, skipped and tagged, and why. Nothing is written. */
export function dryRun(jobs: readonly Job[], sides: Sides): Promise<Promotion[]> {
	return forAll(jobs, 'Nothing has been copied.', async (job) => {
		const { source, destination, evidence } = job;
		const { repository, tags, present, place } = destination;
		const reasons = present ? [] : await whyBytesMove(source.place, place, sides);
		const planned = await plannedEvidence(job, await evidence());
		const moved = tags.find(({ outcome }) => outcome === 'moved')?.previous;
		return {
			source: `${source.repository.name}@${source.original.digest}`,
			digest: source.root.digest,
			name: repository.name,
			registry: repository.registry,
			repository: repository.repository,
			tags,
			changed: !present || outstanding(destination).length > 0 || planned.some(({ outcome }) => outcome === 'planned'),
			counts: NO_COUNTS,
			evidence: planned,
			reasons,
			plan: await copyPlan(job, reasons),
			...(moved === undefined ? {} : { previousDigest: moved }),
		};
	});
}

async function copyPlan({ source, destination }: Job, reasons: readonly Reason[]): Promise<CopyPlan> {
	const nothing = { skipped: 0, mounted: 0, streamed: 0, bytes: 0 };
	if (destination.present) return nothing;
	const { blobs } = await source.graph();
	const there = await destination.repository.presentBlobs(blobs.map(({ digest }) => digest));
	const missing = blobs.filter(({ digest }) => !there.has(digest));
	const skipped = blobs.length - missing.length;
	if (destination.mountFrom !== undefined && reasons.length === 0)
		return { ...nothing, skipped, mounted: missing.length };
	return { ...nothing, skipped, streamed: missing.length, bytes: missing.reduce((sum, { size }) => sum + size, 0) };
}

async function plannedEvidence(
	{ source, destination }: Job,
	{ evidence }: Awaited<ReturnType<Job['evidence']>>,
): Promise<Promotion['evidence']> {
	if (evidence.length === 0 || destination.repository.name === source.repository.name) return [];
	const there = await destination.repository.manifests(evidence.map(({ digest, tag }) => tag ?? digest));
	return evidence.map(({ digest, kind, tag }) => ({
		digest,
		kind,
		outcome: there.get(tag ?? digest)?.digest === digest ? ('unchanged' as const) : ('planned' as const),
	}));
}
