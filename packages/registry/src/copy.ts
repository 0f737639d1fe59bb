import { formatBytes } from '@ecr-pipeline/core';
import pMap from 'p-map';
import { type ImageGraph, readGraph } from './graph.ts';
import type { Descriptor, Manifest } from './manifest.ts';
import type { ImageRepository, ImageSource } from './repository.ts';

export interface CopyOptions {
	/** A repository of the target's registry that holds the same blobs, to mount them from. */
	readonly mountFrom?: string;
	/** Blobs in flight. */
	readonly concurrency: number;
	/** Called as bytes pass and blobs end, for the progress line. */
	readonly onProgress?: (progress: CopyProgress) => void;
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
	return copyGraph(source, await readGraph(source, root), target, options);
}

/** The same for a graph that has been read already. */
export async function copyGraph(
	source: ImageSource,
	graph: ImageGraph,
	target: ImageRepository,
	options: CopyOptions,
): Promise<CopyCounts> {
	const counts = await copyBlobs(source, graph, target, options);
	for (const level of [...graph.levels].reverse()) {
		await pMap(level, (manifest) => target.putManifest(manifest), { concurrency: options.concurrency });
	}
	return counts;
}

async function copyBlobs(
	source: ImageSource,
	graph: ImageGraph,
	target: ImageRepository,
	options: CopyOptions,
): Promise<CopyCounts> {
	const present = await target.presentBlobs(graph.blobs.map(({ digest }) => digest));
	const missing = graph.blobs.filter(({ digest }) => !present.has(digest));
	let counts: CopyCounts = { ...NOTHING, blobsSkipped: graph.blobs.length - missing.length };
	const totals = { totalBlobs: missing.length, totalBytes: missing.reduce((sum, { size }) => sum + size, 0) };
	let passed = 0;
	const report = (): void =>
		options.onProgress?.({ ...totals, blobs: counts.blobsCopied + counts.blobsMounted, bytes: passed });
	const copyOne = async (blob: Descriptor): Promise<void> => {
		const how = await target.putBlob(blob, {
			source: source.name,
			open: () => source.openBlob(blob),
			onBytes: (count) => {
				passed += count;
				report();
			},
			// Where a mount has been refused, the next ones will be too: the bytes are asked for at once.
			expectUpload: options.mountFrom === undefined || counts.blobsCopied > 0,
			...(options.mountFrom === undefined ? {} : { mountFrom: options.mountFrom }),
		});
		counts =
			how === 'mounted'
				? { ...counts, blobsMounted: counts.blobsMounted + 1 }
				: { ...counts, blobsCopied: counts.blobsCopied + 1, bytesCopied: counts.bytesCopied + blob.size };
		report();
	};
	await pMap(missing, copyOne, { concurrency: options.concurrency });
	return counts;
}
