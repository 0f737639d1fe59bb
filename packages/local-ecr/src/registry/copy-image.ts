import type { Image } from './image.ts';
import { referencedBlobs } from './manifest.ts';
import { isImmutable } from './mutability.ts';
import type { Repository } from './repository.ts';

/**
 * Puts an image, all that it names, and a tag of it into another repository: what replication and pull-through caches do.
 * @returns false where the tag is immutable there and means another image
 */
export function copyImage(
	from: Repository,
	to: Repository,
	image: Image,
	tag: string | undefined,
	now: number,
): boolean {
	const there = tag === undefined ? undefined : to.tags.get(tag);
	if (tag !== undefined && there !== undefined && there !== image.digest && isImmutable(to, tag)) return false;
	for (const { digest } of image.manifest.manifests) {
		const child = from.images.get(digest);
		if (child !== undefined) copyImage(from, to, child, undefined, now);
	}
	for (const { digest } of referencedBlobs(image.manifest)) {
		const size = from.blobs.get(digest);
		if (size !== undefined) to.blobs.set(digest, size);
	}
	if (!to.images.has(image.digest)) {
		const { digest, bytes, manifest, platform } = image;
		to.images.set(digest, {
			digest,
			bytes,
			manifest,
			platform,
			pushedAt: now,
			basicScanAt: undefined,
			pulledAt: undefined,
		});
	}
	if (tag !== undefined) to.tags.set(tag, image.digest);
	return true;
}
