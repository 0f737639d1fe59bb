import { type Digest, PipelineError } from '@ecr-pipeline/core';
import pLimit from 'p-limit';
import { type Descriptor, type Manifest, manifestFromBytes, parseManifest } from './manifest.ts';
import { OCI_INDEX } from './media-types.ts';
import type { ImageRepository, ImageSource } from './repository.ts';

/** The tag that lists the referrers of a digest where a registry does not (distribution-spec 1.1, "Referrers Tag Schema"). */
export function fallbackTag(subject: Digest): string {
	return subject.replace(':', '-');
}

/**
 * What a fallback tag lists. Nothing when the tag holds something else than an index of referrers: GitLab and cosign copy
 * let a tag of this name stand on the image itself (oras-project/oras-go#1396).
 */
export function fallbackEntries(manifest: Manifest, subject: Digest): readonly Descriptor[] {
	if (manifest.mediaType !== OCI_INDEX || manifest.digest === subject) return [];
	const parsed = parseManifest(manifest);
	return parsed.kind === 'index' ? parsed.manifests : [];
}

/** All referrers of a digest: by the referrers API, or by the fallback tag where the registry has none. */
export async function listReferrers(
	source: ImageSource & Pick<ImageRepository, 'referrers'>,
	subject: Digest,
): Promise<readonly Descriptor[]> {
	const listed = await source.referrers(subject);
	if (listed !== undefined) return listed;
	const tag = fallbackTag(subject);
	const index = (await source.manifests([tag])).get(tag);
	return index === undefined ? [] : fallbackEntries(index, subject);
}

/** How an index of referrers lists one (distribution-spec 1.1, "Listing Referrers"). */
export function describeReferrer({ bytes, digest, mediaType }: Manifest): Descriptor {
	const { artifactType, annotations, config } = JSON.parse(bytes.toString('utf8')) as {
		readonly artifactType?: string;
		readonly annotations?: Descriptor['annotations'];
		readonly config?: { readonly mediaType?: string };
	};
	const type = artifactType || config?.mediaType;
	return {
		mediaType,
		digest,
		size: bytes.length,
		...(type === undefined ? {} : { artifactType: type }),
		...(annotations === undefined ? {} : { annotations }),
	};
}

const merging = new WeakMap<ImageRepository, ReturnType<typeof pLimit>>();

/**
 * Makes the fallback tag of a subject list these referrers too. What it lists already stays, in its place and its words.
 * Reading and writing it are two steps: those of one process go one after another, or the last would undo the others.
 * @returns whether anything had to be written
 */
export function mergeFallback(
	target: ImageRepository,
	subject: Digest,
	added: readonly Descriptor[],
): Promise<boolean> {
	const inTurn = merging.get(target) ?? pLimit(1);
	merging.set(target, inTurn);
	return inTurn(() => merge(target, subject, added));
}

async function merge(target: ImageRepository, subject: Digest, added: readonly Descriptor[]): Promise<boolean> {
	const tag = fallbackTag(subject);
	const existing = (await target.manifests([tag])).get(tag);
	if (existing !== undefined && (existing.mediaType !== OCI_INDEX || existing.digest === subject))
		throw new PipelineError({
			code: 'conflict',
			attempted: `The tag ${tag} of ${target.name} should list the referrers of ${subject}`,
			answer: `it stands on ${existing.digest}, which is no index of referrers`,
			fix: 'Remove the tag: a copy with `cosign copy` leaves such tags.',
		});
	const before =
		existing === undefined
			? { schemaVersion: 2, mediaType: OCI_INDEX, manifests: [] }
			: (JSON.parse(existing.bytes.toString('utf8')) as { readonly manifests: readonly Descriptor[] });
	const known = new Set(before.manifests.map(({ digest }: Descriptor) => digest));
	const fresh = added.filter(({ digest }) => !known.has(digest) && known.add(digest));
	if (fresh.length === 0) return false;
	const merged = { ...before, manifests: [...before.manifests, ...fresh] };
	await target.putManifest(manifestFromBytes(Buffer.from(JSON.stringify(merged)), OCI_INDEX), tag);
	return true;
}
