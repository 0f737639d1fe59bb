import { awsErrorCode } from '@ecr-pipeline/core';
import type { Descriptor, ImageGraph, ImageRepository } from '@ecr-pipeline/registry';
import pMap from 'p-map';

/**
 * The same graph with those of its foreign layers that the source holds: what is there is copied, and what is not is left to
 * its `urls`, as at the source (image-spec layer.md, "Non-Distributable Layers").
 */
export async function withHeldForeignLayers(graph: ImageGraph, source: ImageRepository): Promise<ImageGraph> {
	if (graph.foreign.length === 0) return graph;
	const present = await source.presentBlobs(graph.foreign.map(({ digest }) => digest));
	const there = graph.foreign.filter(({ digest }) => present.has(digest));
	const readable = await pMap(there, (blob) => isReadable(blob, source), { concurrency: 8 });
	const held = new Set(there.filter((_, index) => readable[index]));
	return {
		...graph,
		blobs: [...graph.blobs, ...held].sort((a, b) => b.size - a.size),
		foreign: graph.foreign.filter((blob) => !held.has(blob)),
	};
}

/** ECR can have a layer and not hand it out, because no image counts it as its own (API reference, GetDownloadUrlForLayer). */
async function isReadable(blob: Descriptor, source: ImageRepository): Promise<boolean> {
	try {
		await source.locateBlob(blob);
		return true;
	} catch (error) {
		if (awsErrorCode((error as Error).cause) === 'LayerInaccessibleException') return false;
		throw error;
	}
}
