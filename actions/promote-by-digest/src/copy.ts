import type { Context } from '@ecr-pipeline/core';
import {
	type CopyCounts,
	describeProgress,
	type Manifest,
	NO_PROGRESS,
	readGraph,
	startCopies,
} from '@ecr-pipeline/registry';
import { forAll } from './failures.ts';
import type { Job } from './job.ts';

export const NO_COUNTS: CopyCounts = { bytesCopied: 0, blobsCopied: 0, blobsMounted: 0, blobsSkipped: 0 };

/** The copies of all jobs, by one pool. */
export interface Copying {
	/** Ends when all of the job's image is at its destination but for the root. */
	readonly copied: (job: Job) => Promise<CopyCounts>;
	/** The progress line of all of them. */
	readonly describe: () => string;
}

/**
 * Begins to copy what is not at its destination yet.
 * @param concurrency blobs whose bytes move at a time, over all images and destinations
 * @param consequence what it means that an image cannot be read
 */
export async function startCopying(
	jobs: readonly Job[],
	concurrency: number,
	consequence: string,
	{ clock }: Pick<Context, 'clock'>,
): Promise<Copying> {
	const absent = jobs.filter(({ destination }) => !destination.present);
	const copies = await forAll(absent, consequence, async (job) => copyOf(job, await job.source.graph()));
	const started = clock.now();
	let progress = NO_PROGRESS;
	const ending = await startCopies(copies, {
		concurrency,
		onProgress: (now) => {
			progress = now;
		},
	});
	const byJob = new Map(absent.map((job, index) => [job, ending[index]]));
	return {
		copied: async (job) => (await byJob.get(job)) ?? NO_COUNTS,
		describe: () => describeProgress(progress, clock.now() - started),
	};
}

/** Makes everything below a manifest that belongs to the job's image be at its destination. */
export async function copyBelow(job: Job, manifest: Manifest, concurrency: number): Promise<void> {
	const graph = await readGraph(job.source.repository, manifest);
	await Promise.all(await startCopies([copyOf(job, graph)], { concurrency }));
}

function copyOf({ source, destination }: Job, graph: Awaited<ReturnType<Job['source']['graph']>>) {
	const { repository: target, mountFrom } = destination;
	return { source: source.repository, graph, target, ...(mountFrom === undefined ? {} : { mountFrom }) };
}
