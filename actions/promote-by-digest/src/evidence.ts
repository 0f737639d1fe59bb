import { type Digest, PipelineError } from '@ecr-pipeline/core';
import {
	type Descriptor,
	type ImageRepository,
	type ImageSource,
	type Manifest,
	parseManifest,
} from '@ecr-pipeline/registry';

/** Something that belongs to an image without being part of it: a signature, an SBOM, an attestation. */
export interface Evidence {
	readonly manifest: Manifest;
	/** What finds it: a cosign tag, or nothing for an OCI 1.1 referrer, whose `subject` says it. */
	readonly tag?: string;
	readonly kind: string;
}

// cosign's tags before OCI 1.1: the digest of the subject, its colon as a hyphen, and one of three endings.
const COSIGN_ENDINGS = ['sig', 'att', 'sbom'];

/**
 * Finds everything that belongs to an image: OCI 1.1 referrers of the root and of every manifest it lists, referrers of
 * those referrers, and cosign's tags, all of which are looked up by their exact names at once.
 */
export async function findEvidence(source: ImageRepository, root: Manifest): Promise<Evidence[]> {
	const parsed = parseManifest(root);
	const subjects = [root.digest, ...(parsed.kind === 'index' ? parsed.manifests.map(({ digest }) => digest) : [])];
	const [referring, tagged] = await Promise.all([referrersOf(source, subjects), cosignTags(source, subjects)]);
	return [...referring, ...tagged];
}

async function referrersOf(source: ImageRepository, subjects: readonly Digest[]): Promise<Evidence[]> {
	const found: Evidence[] = [];
	const seen = new Set<Digest>(subjects);
	for (let level = subjects; level.length > 0; ) {
		const listed = (await Promise.all(level.map((subject) => source.referrers(subject)))).flat();
		const fresh = listed.filter(({ digest }) => !seen.has(digest) && seen.add(digest));
		const manifests = await existing(source, fresh);
		for (const referrer of fresh) {
			const manifest = manifests.get(referrer.digest);
			if (manifest === undefined) throw vanished(referrer.digest, source);
			found.push({ manifest, kind: referrer.artifactType ?? referrer.mediaType });
		}
		level = fresh.map(({ digest }) => digest);
	}
	return found;
}

async function existing(
	source: ImageSource,
	descriptors: readonly Descriptor[],
): Promise<ReadonlyMap<string, Manifest>> {
	return descriptors.length === 0 ? new Map() : source.manifests(descriptors.map(({ digest }) => digest));
}

async function cosignTags(source: ImageSource, subjects: readonly Digest[]): Promise<Evidence[]> {
	const names = subjects.flatMap((digest) => COSIGN_ENDINGS.map((ending) => `${digest.replace(':', '-')}.${ending}`));
	const found = await source.manifests(names);
	return [...found].map(([tag, manifest]) => ({
		manifest,
		tag,
		kind: `cosign ${tag.slice(tag.lastIndexOf('.') + 1)}`,
	}));
}

function vanished(digest: Digest, source: ImageSource): PipelineError {
	return new PipelineError({
		code: 'not-found',
		attempted: `The referrer ${digest} is listed in ${source.name} and is not there`,
		fix: 'Push it again, or promote without it by on-referrer-error: warn.',
	});
}
