import { type Context, withProgress } from '@ecr-pipeline/core';
import { type Copying, copyBelow, startCopying } from './copy.ts';
import { NO_EVIDENCE } from './evidence.ts';
import { forAll } from './failures.ts';
import type { PromoteInputs } from './inputs.ts';
import { type Job, outstanding } from './job.ts';
import type { Plan } from './plan.ts';
import { whyBytesMove } from './preflight.ts';
import { type Copied, promotionOf, recordOf } from './promotion.ts';
import { putEvidence } from './put-evidence.ts';
import { waitForReplication } from './replication.ts';
import type { Promotion } from './result.ts';

const NOTHING_TAGGED = 'No tag of any image has been set. Run it again: what was copied is there.';

/** Copies everything, then what belongs to it, then sets the tags; a failure of one image stops no other, and all tags. */
export async function carryOut(
	jobs: readonly Job[],
	plan: Plan,
	inputs: PromoteInputs,
	context: Context,
): Promise<Promotion[]> {
	const copying = await startCopying(jobs, inputs.concurrency, NOTHING_TAGGED, context);
	const places = jobs.length === 1 ? jobs[0]?.destination.repository.name : `${jobs.length} places`;
	const copied = await withProgress(
		context,
		() => `Copying to ${places}: ${copying.describe()}`,
		() => forAll(jobs, NOTHING_TAGGED, (job) => copyOne(job, jobs.length, copying, plan, inputs, context)),
	);
	const records = await forAll(copied, NOTHING_TAGGED, (one) => recordOf(one, inputs, context));
	await setTags(jobs, context);
	if (inputs.replicationRegions.length > 0) {
		const replicated = await forAll(jobs, 'The tags are set.', async ({ source, destination }) => ({
			place: destination.place,
			digests: [source.root.digest, ...(await source.graph()).levels.flat().map(({ digest }) => digest)],
		}));
		await waitForReplication(
			replicated,
			inputs.replicationRegions,
			inputs.replicationTimeout,
			plan.sides.destination,
			context,
		);
	}
	return Promise.all(copied.map((one, index) => promotionOf(one, records[index], context)));
}

async function copyOne(
	job: Job,
	jobCount: number,
	copying: Copying,
	plan: Plan,
	inputs: PromoteInputs,
	context: Context,
): Promise<Copied> {
	const { source, destination } = job;
	const { repository, present, place } = destination;
	// What belongs to the image is looked for while the image itself is copied.
	const finding = job.evidence();
	finding.catch(() => undefined);
	const counts = await copying.copied(job);
	const reasons = counts.bytesCopied === 0 ? Promise.resolve([]) : whyBytesMove(source.place, place, plan.sides);
	reasons.catch(() => undefined);
	const found = await finding;
	// Alone, the root goes in with its first tag at once; anything that must stand between it and its tags wants it there.
	const alone =
		jobCount === 1 && found.evidence.length === 0 && !inputs.attachRecord && outstanding(destination).length > 0;
	if (!present && !alone) await repository.putManifest(source.root);
	const sameRepository = repository.name === source.repository.name;
	const evidence = await putEvidence(
		{
			found: sameRepository ? NO_EVIDENCE : found,
			source: source.repository.name,
			target: repository,
			copyBelow: (manifest) => copyBelow(job, manifest, inputs.concurrency),
			onError: inputs.onReferrerError,
		},
		context,
	);
	return { job, counts, evidence, reasons };
}

/** Tags last, over all images: each of them stands on something whole by now. */
async function setTags(jobs: readonly Job[], context: Context): Promise<void> {
	const tagging = jobs.flatMap(({ source, destination }) =>
		outstanding(destination).map(({ tag }) => ({ root: source.root, repository: destination.repository, tag })),
	);
	let done = 0;
	await withProgress(
		context,
		() =>
			`Setting tags: ${done} of ${tagging.length} (ECR takes 10 manifests and tags a second for each account and region)`,
		() =>
			forAll(tagging, 'The other tags are set. Run it again: what is done is not done twice.', async (one) => {
				await one.repository.putManifest(one.root, one.tag);
				done += 1;
			}),
	);
}
