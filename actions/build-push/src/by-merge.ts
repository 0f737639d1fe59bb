import { type Context, type Digest, PipelineError } from '@ecr-pipeline/core';
import {
	type Descriptor,
	formatPlatform,
	isPlatformImage,
	type Manifest,
	manifestFromBytes,
	OCI_INDEX,
	parseManifest,
} from '@ecr-pipeline/registry';
import { confirmed } from './confirm.ts';
import { platformOf } from './platforms.ts';
import type { Built, Destination } from './result.ts';

const DOCKER_LIST = 'application/vnd.docker.distribution.manifest.list.v2+json';

/**
 * Makes one index of images that are in the repository, such as those that the jobs of a matrix have pushed. The same
 * images give the same bytes, in whatever order they come. One plain image stays as it is: an index around it would only
 * give it another digest.
 */
export async function mergeImages(
	digests: readonly Digest[],
	{ repository }: Destination,
	context: Context,
): Promise<Built> {
	const parts = await Promise.all(digests.map((digest) => confirmed(repository, digest, context)));
	const [only, ...others] = parts;
	if (only !== undefined && others.length === 0) {
		context.log.info(`Only ${only.digest} is given: it is tagged as it is.`);
		return { manifest: only, reused: true, metadata: metadataOf(only) };
	}
	const descriptors = await Promise.all(parts.map((part) => entriesOf(part, repository)));
	const index = indexOf(descriptors.flat());
	const there = (await repository.manifests([index.digest])).get(index.digest);
	if (there !== undefined) return { manifest: there, reused: true, metadata: metadataOf(there) };
	await repository.putManifest(index);
	return { manifest: await confirmed(repository, index.digest, context), metadata: metadataOf(index) };
}

function metadataOf({ digest }: Manifest): Built['metadata'] {
	return { 'containerimage.digest': digest };
}

/** What an index says about an image: of an index all that it lists, attestations included. */
async function entriesOf(manifest: Manifest, source: Destination['repository']): Promise<readonly Descriptor[]> {
	const parsed = parseManifest(manifest);
	if (parsed.kind === 'index') return parsed.manifests;
	const platform = await platformOf(source, manifest);
	return [{ mediaType: manifest.mediaType, digest: manifest.digest, size: manifest.bytes.length, platform }];
}

/** The bytes depend on the set of entries only: images by platform, then their attestations, fields in one order. */
export function indexOf(entries: readonly Descriptor[]): Manifest {
	const unique = [...new Map(entries.map((entry) => [entry.digest, entry])).values()];
	assertOnePerPlatform(unique);
	const manifests = unique.sort((a, b) => compare(sortKey(a), sortKey(b))).map(ordered);
	const docker = manifests.every(({ mediaType }) => mediaType.startsWith('application/vnd.docker.'));
	const mediaType = docker ? DOCKER_LIST : OCI_INDEX;
	return manifestFromBytes(Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, manifests })), mediaType);
}

function assertOnePerPlatform(entries: readonly Descriptor[]): void {
	const held = new Map<string, Digest>();
	for (const { platform, digest } of entries.filter(isPlatformImage)) {
		const name = formatPlatform(platform);
		const other = held.get(name);
		if (other !== undefined) {
			throw new PipelineError({
				code: 'conflict',
				attempted: `Could not merge ${other} and ${digest}`,
				answer: `both are for ${name}`,
				fix: 'Nothing was pushed. Give one image for each platform.',
			});
		}
		held.set(name, digest);
	}
}

function sortKey(entry: Descriptor): string {
	return `${isPlatformImage(entry) ? 0 : 1} ${formatPlatform(entry.platform)} ${entry.digest}`;
}

function compare(a: string, b: string): number {
	return a < b ? -1 : a > b ? 1 : 0;
}

function ordered({ mediaType, digest, size, platform, annotations, artifactType }: Descriptor): Descriptor {
	return {
		mediaType,
		...(artifactType === undefined ? {} : { artifactType }),
		digest,
		size,
		...(platform === undefined ? {} : { platform: sorted(platform) }),
		...(annotations === undefined ? {} : { annotations: sorted(annotations) }),
	};
}

function sorted<T extends object>(value: T): T {
	return Object.fromEntries(Object.entries(value).sort(([a], [b]) => compare(a, b))) as T;
}
