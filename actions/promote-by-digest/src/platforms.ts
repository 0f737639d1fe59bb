import { PipelineError } from '@ecr-pipeline/core';
import {
	type Descriptor,
	formatPlatform,
	isPlatformImage,
	type Manifest,
	manifestFromBytes,
	parseManifest,
} from '@ecr-pipeline/registry';

/**
 * The index of some platforms of an image. Their entries stay as they are and in their order, and so does everything else in
 * the index, so that the same platforms of the same image always give the same digest. Attestations of the platforms that
 * are kept stay with them.
 * @param name how the image is called in messages
 * @returns the image itself when all of its platforms are wanted
 */
export function choosePlatforms(image: Manifest, wanted: readonly string[], name: string): Manifest {
	const parsed = parseManifest(image);
	if (parsed.kind !== 'index')
		throw refusal(name, wanted, 'it is one manifest, not an index of several', 'Leave `platforms` out.');
	const images = parsed.manifests.filter(isPlatformImage);
	const kept = new Set<Descriptor>();
	const absent = wanted.filter((platform) => {
		const found = images.filter((entry) => isOf(entry, platform));
		for (const entry of found) kept.add(entry);
		return found.length === 0;
	});
	const there = images.map(({ platform }) => formatPlatform(platform)).join(', ');
	if (absent.length > 0) throw refusal(name, absent, `it has ${there}`, 'Name platforms that it has.');
	if (kept.size === images.length) return image;
	const digests = new Set([...kept].map(({ digest }) => digest));
	const manifests = parsed.manifests.filter(
		(entry) => kept.has(entry) || (!isPlatformImage(entry) && digests.has(subjectOf(entry) as Descriptor['digest'])),
	);
	const document = JSON.parse(image.bytes.toString('utf8')) as object;
	return manifestFromBytes(Buffer.from(JSON.stringify({ ...document, manifests })), image.mediaType);
}

/** The manifest that an attestation is about (moby/buildkit docs/attestations/attestation-storage.md). */
function subjectOf({ annotations }: Descriptor): string | undefined {
	return annotations?.['vnd.docker.reference.digest'];
}

/** A platform without variant means each of its variants; arm64 has one, which is often left out. */
function isOf({ platform }: Descriptor, wanted: string): boolean {
	const [os, architecture, variant] = wanted.split('/');
	if (platform === undefined || platform.os !== os || platform.architecture !== architecture) return false;
	const own = platform.variant ?? (architecture === 'arm64' ? 'v8' : undefined);
	return variant === undefined || variant === own;
}

function refusal(name: string, platforms: readonly string[], answer: string, fix: string): PipelineError {
	return new PipelineError({
		code: 'invalid-input',
		attempted: `Could not take ${platforms.join(', ')} of ${name}`,
		answer,
		fix: `${fix} Nothing has been copied.`,
	});
}
