import pMap from 'p-map';
import { type ImageGraph, readGraph } from './graph.ts';
import type { Descriptor, Manifest } from './manifest.ts';
import type { ImageRepository, ImageSource } from './repository.ts';

export interface CopyOptions {
	/** A repository of the target's registry that holds the same blobs, to mount them from. */
	readonly mountFrom?: string;
	/** Blobs in flight. */
	readonly concurrency: number;
	/** Called as blobs end, for the progress line. */
	readonly onProgress?: (progress: CopyCounts) => void;
}

/** What it took. Bytes are those that were streamed; mounted and skipped blobs move none. */
export interface CopyCounts {
	readonly bytesCopied: number;
	readonly blobsCopied: number;
	readonly blobsMounted: number;
	readonly blobsSkipped: number;
}

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
	const copyOne = async (blob: Descriptor): Promise<void> => {
		const how = await target.putBlob(blob, {
			source: source.name,
			open: () => source.openBlob(blob),
			// Where a mount has been refused, the next ones will be too: the bytes are asked for at once.
			expectUpload: options.mountFrom === undefined || counts.blobsCopied > 0,
			...(options.mountFrom === undefined ? {} : { mountFrom: options.mountFrom }),
		});
		counts =
			how === 'mounted'
				? { ...counts, blobsMounted: counts.blobsMounted + 1 }
				: { ...counts, blobsCopied: counts.blobsCopied + 1, bytesCopied: counts.bytesCopied + blob.size };
		options.onProgress?.(counts);
	};
	await pMap(missing, copyOne, { concurrency: options.concurrency });
	return counts;
}
