import type { Digest } from '@ecr-pipeline/core';
import {
	type Descriptor,
	fallbackEntries,
	fallbackTag,
	type ImageGraph,
	type ImageRepository,
	isIndexMediaType,
	type Manifest,
	parseManifest,
} from '@ecr-pipeline/registry';

/** Something that belongs to an image without being part of it: a signature, an SBOM, an attestation. */
export interface Evidence {
	readonly digest: Digest;
	readonly kind: string;
	/** Absent when the source lists it and does not have it. */
	readonly manifest?: Manifest;
	/** What an OCI 1.1 referrer refers to; absent for what is found by its tag. */
	readonly subject?: Digest;
	/** Cosign's tag, where that is what finds it. */
	readonly tag?: string;
}

/** All that belongs to an image. */
export interface FoundEvidence {
	readonly evidence: readonly Evidence[];
	/** What the source's fallback tags list, by subject. */
	readonly fallbacks: ReadonlyMap<Digest, readonly Descriptor[]>;
}

export const NO_EVIDENCE: FoundEvidence = { evidence: [], fallbacks: new Map() };

// cosign's tags before OCI 1.1: the digest of the subject, its colon as a hyphen, and one of three endings.
const COSIGN_ENDINGS = ['sig', 'att', 'sbom'];

/** The digests of an image that something can be attached to: its root, what that lists, and what is below that. */
export async function subjectsOf(root: Manifest, graph: () => Promise<ImageGraph>): Promise<Digest[]> {
	const parsed = parseManifest(root);
	if (parsed.kind === 'image') return [root.digest];
	// Only an index within an index is worth reading more than the root.
	if (!parsed.manifests.some(({ mediaType }) => isIndexMediaType(mediaType)))
		return [...new Set([root.digest, ...parsed.manifests.map(({ digest }) => digest)])];
	const { levels } = await graph();
	return [root.digest, ...levels.flat().map(({ digest }) => digest)];
}

/**
 * Finds everything that belongs to an image: OCI 1.1 referrers of each subject, by the API and by the fallback tags,
 * referrers of those referrers, and cosign's tags. The tags are looked up by their exact names, all at once.
 */
export async function findEvidence(source: ImageRepository, subjects: readonly Digest[]): Promise<FoundEvidence> {
	const evidence: Evidence[] = [];
	const fallbacks = new Map<Digest, readonly Descriptor[]>();
	const seen = new Set<Digest>(subjects);
	let names = subjects.flatMap((digest) => [fallbackTag(digest), ...cosignTags(digest)]);
	for (let level = subjects; level.length > 0; ) {
		const [listed, tagged] = await Promise.all([
			Promise.all(level.map((subject) => source.referrers(subject))),
			source.manifests(names),
		]);
		const referring = level.flatMap((subject, index) => (listed[index] ?? []).map((entry) => ({ subject, entry })));
		for (const subject of level) {
			const index = tagged.get(fallbackTag(subject));
			const entries = index === undefined ? [] : fallbackEntries(index, subject);
			if (entries.length > 0) fallbacks.set(subject, entries);
			referring.push(...entries.map((entry) => ({ subject, entry })));
		}
		const belonging: Evidence[] = [];
		for (const one of await existing(source, onceEach(referring, seen)))
			if (!seen.has(one.digest) && seen.add(one.digest)) belonging.push(one);
		evidence.push(...belonging);
		for (const [tag, manifest] of tagged)
			if (tag.includes('.')) evidence.push({ digest: manifest.digest, manifest, tag, kind: kindOfTag(tag) });
		level = belonging.map(({ digest }) => digest);
		names = level.map(fallbackTag);
	}
	return { evidence, fallbacks };
}

interface Listed {
	readonly subject: Digest;
	readonly entry: Descriptor;
}

/** What is not known yet, once for each subject: where two list the same, only one of them is what it refers to. */
function onceEach(listed: readonly Listed[], seen: ReadonlySet<Digest>): readonly Listed[] {
	const fresh = listed.filter(({ entry: { digest } }) => !seen.has(digest));
	return [...new Map(fresh.map((one) => [`${one.subject} ${one.entry.digest}`, one])).values()];
}

async function existing(source: ImageRepository, listed: readonly Listed[]): Promise<Evidence[]> {
	if (listed.length === 0) return [];
	const manifests = await source.manifests([...new Set(listed.map(({ entry }) => entry.digest))]);
	return listed.flatMap(({ subject, entry }): Evidence[] => {
		const manifest = manifests.get(entry.digest);
		const evidence = { digest: entry.digest, subject, kind: entry.artifactType ?? entry.mediaType };
		if (manifest === undefined) return [evidence];
		// A fallback tag can list anything: only what says itself that it refers to the subject belongs to it.
		return parseManifest(manifest).subject?.digest === subject ? [{ ...evidence, manifest }] : [];
	});
}

function cosignTags(digest: Digest): string[] {
	return COSIGN_ENDINGS.map((ending) => `${digest.replace(':', '-')}.${ending}`);
}

function kindOfTag(tag: string): string {
	return `cosign ${tag.slice(tag.lastIndexOf('.') + 1)}`;
}
