import { type Digest, formatBytes } from '@ecr-pipeline/core';
import pLimit from 'p-limit';
import pMap from 'p-map';
import { type ImageGraph, readGraph } from './graph.ts';
import type { Descriptor, Manifest } from './manifest.ts';
import type { BlobOffer, ImageRepository, ImageSource } from './repository.ts';
import { inTurns, shareRead } from './shared-read.ts';

export interface CopyOptions {
	/** Blobs whose bytes move at a time, over all copies. */
	readonly concurrency: number;
	/** Called as bytes pass and blobs end, for the progress line. */
	readonly onProgress?: (progress: CopyProgress) => void;
}

/** One image on its way to one repository. */
export interface Copy {
	readonly source: ImageSource;
	readonly graph: ImageGraph;
	readonly target: ImageRepository;
	/** A repository of the target's registry that holds the same blobs, to mount them from. */
	readonly mountFrom?: string;
}

/** How far a copy is; blobs that were there already are not counted, and bytes are those of blobs that are not mounted. */
export interface CopyProgress {
	readonly blobs: number;
	readonly totalBlobs: number;
	readonly bytes: number;
	readonly totalBytes: number;
}

/** What it took. Bytes are those that were streamed; mounted and skipped blobs move none. */
export interface CopyCounts {
	readonly bytesCopied: number;
	readonly blobsCopied: number;
	readonly blobsMounted: number;
	readonly blobsSkipped: number;
}

/** The progress line: done of total, and the rate since the start. */
export function describeProgress({ blobs, totalBlobs, bytes, totalBytes }: CopyProgress, milliseconds: number): string {
	const rate = formatBytes((bytes * 1000) / Math.max(milliseconds, 1));
	return `${blobs} of ${totalBlobs} blobs, ${formatBytes(bytes)} of ${formatBytes(totalBytes)}, ${rate}/s`;
}

/** Where a copy stands before it has begun. */
export const NO_PROGRESS: CopyProgress = { blobs: 0, totalBlobs: 0, bytes: 0, totalBytes: 0 };

const NOTHING: CopyCounts = { bytesCopied: 0, blobsCopied: 0, blobsMounted: 0, blobsSkipped: 0 };

/**
 * Makes everything below a root manifest be at the target: blobs, then child manifests from the deepest level up. The
 * root itself is left to the caller, who puts it last, with its tags: no tag ever shows an incomplete image.
 */
export async function copyBelow(
	source: ImageSource,
	root: Manifest,
	target: ImageRepository,
	options: CopyOptions,
): Promise<CopyCounts> {
	const [copied] = await startCopies([{ source, graph: await readGraph(source, root), target }], options);
	return (await copied) ?? NOTHING;
}

/**
 * The same for any number of images and targets by one pool: a blob that several images share goes to a repository once,
 * and one that several repositories miss is read once. Each copy ends by itself, in the order given; one that fails stops
 * no other, except those that wait for the same blob in the same repository. A blob that another copy brings counts as
 * skipped.
 */
export async function startCopies(
	copies: readonly Copy[],
	options: CopyOptions,
): Promise<readonly Promise<CopyCounts>[]> {
	const transfers = startTransfers(await missingBlobs(copies), copies, options);
	const ending = copies.map(async (copy, index) => {
		const needed = new Set(copy.graph.blobs.map(({ digest }) => digest));
		const waited = transfers.filter(({ target, blob }) => target === copy.target.name && needed.has(blob.digest));
		const ways = await Promise.all(waited.map(({ done }) => done));
		const counts = waited.reduce(
			(sum, { blob, copy: bringer }, at) => (bringer === index ? counted(sum, ways[at], blob) : sum),
			{ ...NOTHING, blobsSkipped: needed.size },
		);
		for (const level of [...copy.graph.levels].reverse())
			await pMap(level, (manifest) => copy.target.putManifest(manifest), { concurrency: options.concurrency });
		return counts;
	});
	// Each error is told to who waits for that copy, who may still be waiting for another.
	for (const copy of ending) copy.catch(() => undefined);
	return ending;
}

/** A counted blob was taken for one that is there already. */
function counted(counts: CopyCounts, how: 'mounted' | 'uploaded' | undefined, blob: Descriptor): CopyCounts {
	const rest = { ...counts, blobsSkipped: counts.blobsSkipped - 1 };
	return how === 'mounted'
		? { ...rest, blobsMounted: counts.blobsMounted + 1 }
		: { ...rest, blobsCopied: counts.blobsCopied + 1, bytesCopied: counts.bytesCopied + blob.size };
}

/** A blob on its way to one target. */
interface Transfer {
	readonly blob: Descriptor;
	readonly target: string;
	/** The copy that brings it; others with the same target wait for it. */
	readonly copy: number;
	readonly done: Promise<'mounted' | 'uploaded'>;
}

/** A blob, and the copies that bring it, one for each target that does not have it. */
interface Missing {
	readonly blob: Descriptor;
	readonly copies: number[];
}

/** Begins all transfers, the largest first, so that the longest stream starts at once. */
function startTransfers(missing: readonly Missing[], copies: readonly Copy[], options: CopyOptions): Transfer[] {
	const totals = {
		totalBlobs: missing.reduce((sum, { copies: { length } }) => sum + length, 0),
		totalBytes: missing.reduce((sum, { blob, copies: { length } }) => sum + blob.size * length, 0),
	};
	let bytes = 0;
	let blobs = 0;
	let mountedBytes = 0;
	const report = (): void =>
		options.onProgress?.({ ...totals, totalBytes: totals.totalBytes - mountedBytes, blobs, bytes });
	// Twice as many are begun as may move bytes, so that an upload is open when its turn comes.
	const begun = pLimit(2 * options.concurrency);
	const inTurn = inTurns(options.concurrency);
	// Where a mount has been refused, the next ones will be too: the bytes are looked for at once.
	const refused = new Set<string>();

	const bring = async (blob: Descriptor, { source, target, mountFrom }: Copy, locate: BlobOffer['locate']) => {
		const way = `${mountFrom} ${target.name}`;
		let passed = 0;
		const how = await target.putBlob(blob, {
			source: source.name,
			locate: async () => {
				const open = await locate();
				return () => {
					// What an earlier attempt has passed on is passed on again.
					bytes -= passed;
					passed = 0;
					return open();
				};
			},
			onBytes: (count) => {
				bytes += count;
				passed += count;
				report();
			},
			expectUpload: mountFrom === undefined || refused.has(way),
			...(mountFrom === undefined ? {} : { mountFrom }),
		});
		if (how === 'uploaded') refused.add(way);
		else mountedBytes += blob.size;
		blobs += 1;
		report();
		return how;
	};

	return missing.flatMap(({ blob, copies: bringers }) => {
		const { source } = copies[bringers[0] as number] as Copy;
		const read = shareRead(bringers.length, () => source.locateBlob(blob), inTurn);
		const outcomes = begun(() =>
			Promise.allSettled(
				bringers.map((index, reader) =>
					bring(blob, copies[index] as Copy, () => read.join(reader)).finally(() => read.leave(reader)),
				),
			),
		);
		return bringers.map((copy, reader) => ({
			blob,
			target: (copies[copy] as Copy).target.name,
			copy,
			done: outcomes.then((all) => {
				const outcome = all[reader] as PromiseSettledResult<'mounted' | 'uploaded'>;
				if (outcome.status === 'rejected') throw outcome.reason;
				return outcome.value;
			}),
		}));
	});
}

/** What one target must have in the end, each blob once, with the copy that brings it. */
interface Wanted {
	readonly target: ImageRepository;
	readonly blobs: Map<Digest, { readonly blob: Descriptor; readonly copy: number }>;
}

/** What has to be brought, the largest first, so that the longest stream starts at once. */
async function missingBlobs(copies: readonly Copy[]): Promise<Missing[]> {
	const targets = new Map<string, Wanted>();
	for (const [copy, { graph, target }] of copies.entries()) {
		const { blobs } = targets.get(target.name) ?? { blobs: new Map() };
		for (const blob of graph.blobs) if (!blobs.has(blob.digest)) blobs.set(blob.digest, { blob, copy });
		targets.set(target.name, { target, blobs });
	}
	const missing = new Map<Digest, Missing>();
	const compare = async ({ target, blobs }: Wanted): Promise<void> => {
		const present = await target.presentBlobs([...blobs.keys()]);
		for (const { blob, copy } of blobs.values()) {
			if (present.has(blob.digest)) continue;
			const known = missing.get(blob.digest) ?? { blob, copies: [] };
			known.copies.push(copy);
			missing.set(blob.digest, known);
		}
	};
	await Promise.all([...targets.values()].map(compare));
	return [...missing.values()].sort((one, other) => other.blob.size - one.blob.size);
}
