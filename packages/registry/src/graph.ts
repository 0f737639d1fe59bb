import { type Digest, PipelineError } from '@ecr-pipeline/core';
import { type Descriptor, type Manifest, parseManifest } from './manifest.ts';
import { isForeignLayer } from './media-types.ts';
import type { ImageSource } from './repository.ts';

/** All that an image is made of. */
export interface ImageGraph {
	readonly root: Manifest;
	/** Manifests below the root, by depth: every child stands in a later level than what lists it. */
	readonly levels: readonly (readonly Manifest[])[];
	/** Every blob once, the largest first, so that the longest stream starts at once. */
	readonly blobs: readonly Descriptor[];
	/** Layers that are usually fetched from their `urls`; a registry may hold them all the same. */
	readonly foreign: readonly Descriptor[];
}

/**
 * Reads the whole graph of an image, one batch of manifests per level. A manifest that an index lists and that is not
 * there is an error: an image with a hole in it is not copied.
 */
export async function readGraph(source: ImageSource, root: Manifest): Promise<ImageGraph> {
	const levels: Manifest[][] = [];
	const blobs = new Map<Digest, Descriptor>();
	const foreign = new Map<Digest, Descriptor>();
	const seen = new Set<Digest>([root.digest]);
	for (let level: readonly Manifest[] = [root]; level.length > 0; ) {
		const wanted = new Set<Digest>();
		for (const manifest of level) {
			const parsed = parseManifest(manifest);
			if (parsed.kind === 'index') for (const child of parsed.manifests) wanted.add(child.digest);
			else
				for (const blob of [parsed.config, ...parsed.layers])
					(isForeignLayer(blob.mediaType) ? foreign : blobs).set(blob.digest, blob);
		}
		const children = await fetchAll(
			source,
			[...wanted].filter((digest) => !seen.has(digest)),
		);
		for (const child of children) seen.add(child.digest);
		if (children.length > 0) levels.push(children);
		level = children;
	}
	return {
		root,
		levels,
		blobs: [...blobs.values()].sort((a, b) => b.size - a.size),
		foreign: [...foreign.values()].filter(({ digest }) => !blobs.has(digest)),
	};
}

async function fetchAll(source: ImageSource, digests: readonly Digest[]): Promise<Manifest[]> {
	if (digests.length === 0) return [];
	const found = await source.manifests(digests);
	return digests.map((digest) => {
		const manifest = found.get(digest);
		if (manifest !== undefined) return manifest;
		throw new PipelineError({
			code: 'not-found',
			attempted: `Could not read the manifest ${digest}, which the image lists, from ${source.name}`,
			fix: 'The image is incomplete there: push it again, or restore it if it was archived or expired.',
		});
	});
}
