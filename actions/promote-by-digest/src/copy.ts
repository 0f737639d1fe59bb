import type { Context } from '@ecr-pipeline/core';
import {
	type CopyCounts,
	type CopyProgress,
	copyGraph,
	describeProgress,
	type ImageGraph,
	type ImageRepository,
	NO_PROGRESS,
} from '@ecr-pipeline/registry';

export const NO_COUNTS: CopyCounts = { bytesCopied: 0, blobsCopied: 0, blobsMounted: 0, blobsSkipped: 0 };

// Images under way at once; they share the blobs that may be in flight.
const LANES = 8;

/** Copies that go on side by side, and how far all of them are together. */
export interface Copying {
	/** Copies when a lane is free. */
	readonly copy: (
		source: ImageRepository,
		graph: ImageGraph,
		target: ImageRepository,
		mountFrom: string | undefined,
	) => Promise<CopyCounts>;
	/** The progress line of all of them. */
	readonly describe: () => string;
}

/** @param concurrency blobs in flight over all copies @param copies how many images there are to copy */
export function startCopying(concurrency: number, copies: number, context: Pick<Context, 'clock'>): Copying {
	const lanes = Math.max(1, Math.min(LANES, copies, concurrency));
	const inLane = createLanes(lanes);
	const started = context.clock.now();
	const all = new Map<object, CopyProgress>();
	return {
		copy: (source, graph, target, mountFrom) =>
			inLane(() => {
				const key = {};
				return copyGraph(source, graph, target, {
					concurrency: Math.floor(concurrency / lanes),
					onProgress: (progress) => all.set(key, progress),
					...(mountFrom === undefined ? {} : { mountFrom }),
				});
			}),
		describe: () => describeProgress([...all.values()].reduce(added, NO_PROGRESS), context.clock.now() - started),
	};
}

/** Lets so many pieces of work go on at once; the others wait in line. */
function createLanes(count: number): <T>(work: () => Promise<T>) => Promise<T> {
	let free = count;
	const line: (() => void)[] = [];
	return async (work) => {
		if (free > 0) free -= 1;
		else await new Promise<void>((resolve) => line.push(resolve));
		try {
			return await work();
		} finally {
			const next = line.shift();
			if (next === undefined) free += 1;
			else next();
		}
	};
}

function added(one: CopyProgress, other: CopyProgress): CopyProgress {
	return {
		blobs: one.blobs + other.blobs,
		totalBlobs: one.totalBlobs + other.totalBlobs,
		bytes: one.bytes + other.bytes,
		totalBytes: one.totalBytes + other.totalBytes,
	};
}
