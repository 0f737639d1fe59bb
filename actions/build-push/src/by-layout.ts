import { type Context, withProgress } from '@ecr-pipeline/core';
import { copyBelow, describeProgress, NO_PROGRESS, type OciLayout } from '@ecr-pipeline/registry';
import { confirmed } from './confirm.ts';
import { type Built, copyMetadata, type Destination } from './result.ts';

const BLOBS_IN_FLIGHT = 16;

/** Pushes a prebuilt image as it is: blobs, children, then the root by its digest. No tool is needed. */
export async function pushLayout(layout: OciLayout, { repository }: Destination, context: Context): Promise<Built> {
	const there = (await repository.manifests([layout.root.digest])).get(layout.root.digest);
	// A registry takes a manifest only when all below it is there, so there is nothing left to copy.
	if (there !== undefined)
		return { manifest: there, source: layout, reused: true, metadata: { 'containerimage.digest': there.digest } };
	const started = context.clock.now();
	let progress = NO_PROGRESS;
	const counts = await withProgress(
		context,
		() => `Pushing to ${repository.name}: ${describeProgress(progress, context.clock.now() - started)}`,
		() =>
			copyBelow(layout, layout.root, repository, {
				concurrency: BLOBS_IN_FLIGHT,
				onProgress: (next) => {
					progress = next;
				},
			}),
	);
	await repository.putManifest(layout.root);
	const manifest = await confirmed(repository, layout.root.digest, context);
	return { manifest, source: layout, metadata: { ...copyMetadata(counts), 'containerimage.digest': manifest.digest } };
}
