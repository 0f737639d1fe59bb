import { type Digest, formatBytes } from '@ecr-pipeline/core';
import pMap from 'p-map';
import { type ImageGraph, readGraph } from './graph.ts';
import type { Descriptor, Manifest } from './manifest.ts';
import type { BlobOffer, ImageRepository, ImageSource } from './repository.ts';
import { shareRead } from './shared-read.ts';
import { createTurns } from './turns.ts';

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

/** How far a copy is; blobs that were there already are not counted. */
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
	const [counts = NOTHING] = await copyGraphs([{ source, graph: await readGraph(source, root), target }], options);
	return counts;
}

/**
 * The same for any number of images and targets at once, by one pool: a blob that several images share goes to a
 * repository once, and one that several repositories miss is read once. Counts are given in the order of the copies; a
 * blob that another copy brings counts as skipped.
 */
export async function copyGraphs(copies: readonly Copy[], options: CopyOptions): Promise<CopyCounts[]> {
	const counts = await copyBlobs(copies, options);
	await pMap(copies, ({ graph, target }) => putChildren(graph, target, options.concurrency));
	return counts;
}

async function putChildren(graph: ImageGraph, target: ImageRepository, concurrency: number): Promise<void> {
	for (const level of [...graph.levels].reverse()) {
		await pMap(level, (manifest) => target.putManifest(manifest), { concurrency });
	}
}

/** A blob, and the copies whose targets do not have it; each target stands there once. */
interface Transfer {
	readonly blob: Descriptor;
	readonly copies: readonly number[];
}

async function copyBlobs(copies: readonly Copy[], options: CopyOptions): Promise<CopyCounts[]> {
	const transfers = await missingBlobs(copies);
	const counts = copies.map(({ graph }) => ({ ...NOTHING, blobsSkipped: graph.blobs.length }));
	const totals = {
		totalBlobs: transfers.reduce((sum, transfer) => sum + transfer.copies.length, 0),
		totalBytes: transfers.reduce((sum, { blob, copies: missing }) => sum + blob.size * missing.length, 0),
	};
	let bytes = 0;
	let blobs = 0;
	const report = (): void => options.onProgress?.({ ...totals, blobs, bytes });
	const inTurn = createTurns(options.concurrency);
	// Where a mount has been refused, the next ones will be too: the bytes are looked for at once.
	const refused = new Set<string>();

	const bring = async (blob: Descriptor, index: number, locate: BlobOffer['locate']): Promise<void> => {
		const { source, target, mountFrom } = copies[index] as Copy;
		const way = `${mountFrom} ${target.name}`;
		const how = await target.putBlob(blob, {
			source: source.name,
			locate,
			onBytes: (count) => {
				bytes += count;
				report();
			},
			expectUpload: mountFrom === undefined || refused.has(way),
			...(mountFrom === undefined ? {} : { mountFrom }),
		});
		counts[index] = counted(counts[index] as CopyCounts, how, blob);
		if (how === 'uploaded') refused.add(way);
		blobs += 1;
		report();
	};

	const transfer = async ({ blob, copies: missing }: Transfer): Promise<void> => {
		const { source } = copies[missing[0] as number] as Copy;
		const read = shareRead(missing.length, () => source.locateBlob(blob), inTurn);
		await Promise.all(
			missing.map((index, reader) => bring(blob, index, () => read.join(reader)).finally(() => read.leave(reader))),
		);
	};

	// Twice as many are begun as may move bytes, so that an upload is open when its turn comes.
	await pMap(transfers, transfer, { concurrency: 2 * options.concurrency });
	return counts;
}

/** A counted blob was taken for one that is there already until its way was known. */
function counted(counts: CopyCounts, how: 'mounted' | 'uploaded', blob: Descriptor): CopyCounts {
	const rest = { ...counts, blobsSkipped: counts.blobsSkipped - 1 };
	return how === 'mounted'
		? { ...rest, blobsMounted: counts.blobsMounted + 1 }
		: { ...rest, blobsCopied: counts.blobsCopied + 1, bytesCopied: counts.bytesCopied + blob.size };
}

/** What one target must have in the end, each blob once, with the copy that brings it. */
interface Wanted {
	readonly target: ImageRepository;
	readonly blobs: Map<Digest, { readonly blob: Descriptor; readonly copy: number }>;
}

/** What has to be brought, the largest first, so that the longest stream starts at once. */
async function missingBlobs(copies: readonly Copy[]): Promise<Transfer[]> {
	const targets = new Map<string, Wanted>();
	for (const [copy, { graph, target }] of copies.entries()) {
		const { blobs } = targets.get(target.name) ?? { blobs: new Map() };
		for (const blob of graph.blobs) if (!blobs.has(blob.digest)) blobs.set(blob.digest, { blob, copy });
		targets.set(target.name, { target, blobs });
	}
	const transfers = new Map<Digest, Transfer & { readonly copies: number[] }>();
	const compare = async ({ target, blobs }: Wanted): Promise<void> => {
		const present = await target.presentBlobs([...blobs.keys()]);
		for (const { blob, copy } of blobs.values()) {
			if (present.has(blob.digest)) continue;
			const transfer = transfers.get(blob.digest) ?? { blob, copies: [] };
			transfer.copies.push(copy);
			transfers.set(blob.digest, transfer);
		}
	};
	await Promise.all([...targets.values()].map(compare));
	return [...transfers.values()].sort((one, other) => other.blob.size - one.blob.size);
}
