import type { Principal } from '../aws/credentials.ts';
import { ServiceError } from '../aws/service-error.ts';
import type { Archiving } from './archive.ts';
import type { Manifest } from './manifest.ts';
import { isIndex, referencedBlobs } from './manifest.ts';
import type { Registry } from './registry.ts';
import type { Repository } from './repository.ts';

export interface Image {
	readonly digest: string;
	/** The manifest exactly as it was pushed. */
	readonly bytes: Buffer;
	readonly manifest: Manifest;
	/** Milliseconds since the epoch. */
	readonly pushedAt: number;
	/** `linux/arm64`, from the image's config; undefined for an index or an artifact. */
	readonly platform: string | undefined;
	/** When the newest basic scan started. */
	basicScanAt: number | undefined;
	pulledAt: number | undefined;
	/** Where it is being copied to, or has been. */
	replications?: readonly ImageReplication[];
	archiving?: Archiving;
}

export interface ImageReplication {
	readonly registryId: string;
	readonly region: string;
	/** Milliseconds since the epoch. */
	readonly dueAt: number;
	failureCode?: string;
}

export interface ImageId {
	readonly imageDigest?: string | undefined;
	readonly imageTag?: string | undefined;
}

/** Finds an image by tag, by digest, or by both, which must agree. */
export function findImage(repository: Repository, { imageDigest, imageTag }: ImageId): Image | undefined {
	const tagged = imageTag === undefined ? undefined : repository.tags.get(imageTag);
	if (imageTag !== undefined && tagged === undefined) return undefined;
	if (imageDigest !== undefined && tagged !== undefined && imageDigest !== tagged) return undefined;
	return repository.images.get(imageDigest ?? tagged ?? '');
}

/** @throws ServiceError ImageNotFoundException */
export function imageOf(repository: Repository, account: string, id: ImageId): Image {
	const image = findImage(repository, id);
	if (image !== undefined) return image;
	throw new ServiceError(
		'ImageNotFoundException',
		`The image with imageId {imageDigest:'${id.imageDigest ?? 'null'}', imageTag:'${id.imageTag ?? 'null'}'} does not exist within the repository with name '${repository.name}' in the registry with id '${account}'`,
	);
}

/** Notes the time of a pull, unless the registry is not to record those of this principal. */
export function recordPull(registry: Registry, { arn, roleArn }: Principal, image: Image): void {
	if (!registry.pullTimeExclusions.has(roleArn ?? arn)) image.pulledAt = registry.now();
}

export function tagsOf(repository: Repository, digest: string): string[] {
	return [...repository.tags].filter(([, tagged]) => tagged === digest).map(([tag]) => tag);
}

/** Layers and config of an image; for an index, of all that it names. In bytes, compressed. */
export function imageSize(repository: Repository, image: Image): number {
	if (!isIndex(image.manifest.mediaType))
		return referencedBlobs(image.manifest).reduce((sum, blob) => sum + blob.size, 0);
	return image.manifest.manifests
		.map((child) => repository.images.get(child.digest))
		.reduce((sum, child) => sum + (child === undefined ? 0 : imageSize(repository, child)), 0);
}

/** Takes an image and its tags out of a repository. */
export function removeImage(repository: Repository, digest: string): void {
	for (const tag of tagsOf(repository, digest)) repository.tags.delete(tag);
	repository.images.delete(digest);
}

export function isReferencedByIndex(repository: Repository, digest: string): boolean {
	return [...repository.images.values()].some((image) =>
		image.manifest.manifests.some((child) => child.digest === digest),
	);
}
