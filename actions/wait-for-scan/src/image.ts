import { type Clock, type Digest, PipelineError } from '@ecr-pipeline/core';
import { formatPlatform, isPlatformImage, type Manifest, parseManifest } from '@ecr-pipeline/registry';

/** One manifest to wait for. */
export interface Target {
	/** `os/architecture[/variant]`; `unknown` for an image that is no index, since its manifest does not say. */
	readonly platform: string;
	readonly digest: Digest;
}

/** How a manifest is called in the log. */
export function label({ platform, digest }: Target): string {
	return platform === 'unknown' ? digest.slice(0, 19) : platform;
}

export interface ScannedImage {
	readonly digest: Digest;
	/** Attestations and other entries of an index that are no image of a platform, and platforms not asked for. */
	readonly leftOut: readonly Target[];
	readonly targets: readonly Target[];
}

/** A source of manifests; what is not there is not in the map. */
export interface Manifests {
	readonly name: string;
	manifests(references: readonly string[]): Promise<ReadonlyMap<string, Manifest>>;
}

export interface Patience {
	readonly clock: Clock;
	/** Milliseconds since 1970. */
	readonly deadline: number;
}

// What was pushed a moment ago may not be visible at once (cultureamp/ecr-scan-results-buildkite-plugin retries too).
const APPEARS_WITHIN = 30_000;
const LOOK_AGAIN = 2000;

/**
 * Finds the manifests behind a reference: a registry scans those of an index, not the index
 * (aws/containers-roadmap#1683).
 */
export async function findTargets(
	reference: string,
	platforms: 'all' | readonly string[],
	source: Manifests,
	patience: Patience,
): Promise<ScannedImage> {
	const root = await manifestOf(reference, source, patience);
	const entries = await platformsOf(root, source, patience);
	if (entries === undefined)
		return { digest: root.digest, targets: [{ platform: 'unknown', digest: root.digest }], leftOut: [] };
	const images = entries.filter(({ isImage }) => isImage);
	const wanted = images.filter(({ target }) => isWanted(target, platforms));
	refuseGaps(
		images.map(({ target }) => target),
		platforms,
		`${source.name}@${root.digest}`,
	);
	return {
		digest: root.digest,
		targets: wanted.map(({ target }) => target),
		leftOut: entries.filter((entry) => !wanted.includes(entry)).map(({ target }) => target),
	};
}

interface Entry {
	readonly target: Target;
	readonly isImage: boolean;
}

/** What an index lists, indexes within it unfolded, each manifest once; undefined for an image that is no index. */
async function platformsOf(root: Manifest, source: Manifests, patience: Patience): Promise<Entry[] | undefined> {
	const parsed = parseManifest(root);
	if (parsed.kind === 'image') return undefined;
	const found = new Map<Digest, Entry>();
	for (const descriptor of parsed.manifests) {
		const isImage = isPlatformImage(descriptor);
		const within =
			isImage && /(?:image\.index|manifest\.list)/.test(descriptor.mediaType)
				? await platformsOf(await manifestOf(descriptor.digest, source, patience), source, patience)
				: undefined;
		const target = { platform: formatPlatform(descriptor.platform), digest: descriptor.digest };
		for (const entry of within ?? [{ target, isImage }]) found.set(entry.target.digest, entry);
	}
	return [...found.values()];
}

async function manifestOf(reference: string, source: Manifests, { clock, deadline }: Patience): Promise<Manifest> {
	const until = Math.min(deadline, clock.now() + APPEARS_WITHIN);
	for (;;) {
		const manifest = (await source.manifests([reference])).get(reference);
		if (manifest !== undefined) return manifest;
		if (clock.now() + LOOK_AGAIN > until) break;
		await clock.sleep(LOOK_AGAIN);
	}
	throw new PipelineError({
		code: 'not-found',
		attempted: `Could not find ${reference} in ${source.name}`,
		answer: `it is not there, and did not appear within ${APPEARS_WITHIN / 1000} s`,
		fix: 'Check that the image was pushed to this repository and has not been deleted, expired or archived.',
	});
}

function isWanted({ platform }: Target, platforms: 'all' | readonly string[]): boolean {
	return platforms === 'all' || platforms.some((wanted) => covers(wanted, platform));
}

/** `linux/arm64` covers `linux/arm64/v8`, as it does for Docker. */
function covers(wanted: string, platform: string): boolean {
	return platform === wanted || platform.startsWith(`${wanted}/`);
}

function refuseGaps(images: readonly Target[], platforms: 'all' | readonly string[], name: string): void {
	const offered = images.map(({ platform }) => platform);
	if (offered.length === 0)
		throw new PipelineError({
			code: 'unsupported',
			attempted: `Could not find anything to scan in ${name}`,
			answer: 'it is an index that lists no image of a platform',
			fix: 'Give the digest of an image.',
		});
	const missing = platforms === 'all' ? [] : platforms.filter((wanted) => !offered.some((one) => covers(wanted, one)));
	if (missing.length > 0)
		throw new PipelineError({
			code: 'invalid-input',
			attempted: `Input "platforms" names ${missing.join(', ')}, which ${name} does not have`,
			answer: `it has ${offered.join(', ')}`,
			fix: 'Name platforms of the image, or all.',
		});
}
