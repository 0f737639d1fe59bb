import { type Digest, digestOf, isDigest, PipelineError } from '@ecr-pipeline/core';
import { isIndexMediaType, MANIFEST_MEDIA_TYPES, OCI_INDEX, OCI_MANIFEST } from './media-types.ts';

/** A manifest as the registry holds it. The bytes are the image's identity and are never written anew. */
export interface Manifest {
	readonly digest: Digest;
	readonly mediaType: string;
	readonly bytes: Buffer;
}

/** OCI image-spec, image-index.md, "platform". */
export interface Platform {
	readonly os: string;
	readonly architecture: string;
	readonly variant?: string;
	readonly 'os.version'?: string;
}

/** OCI image-spec, descriptor.md. `size` is in bytes. */
export interface Descriptor {
	readonly mediaType: string;
	readonly digest: Digest;
	readonly size: number;
	readonly platform?: Platform;
	readonly annotations?: Readonly<Record<string, string>>;
	readonly artifactType?: string;
}

export interface ImageIndex {
	readonly kind: 'index';
	readonly manifests: readonly Descriptor[];
	readonly subject?: Descriptor;
}

export interface ImageManifest {
	readonly kind: 'image';
	readonly config: Descriptor;
	readonly layers: readonly Descriptor[];
	readonly subject?: Descriptor;
	readonly artifactType?: string;
}

/**
 * Takes bytes that claim to be the manifest of a digest. Other bytes are refused: nothing a registry says is believed
 * without the hash.
 * @param claimed the digest that was asked for; absent when a tag was
 */
export function manifestFromBytes(bytes: Buffer, mediaType: string | undefined, claimed?: Digest): Manifest {
	const digest = digestOf(bytes);
	if (claimed !== undefined && digest !== claimed) {
		throw new PipelineError({
			code: 'corrupt',
			attempted: `The manifest ${claimed} was answered with bytes whose digest is ${digest}`,
			fix: 'The source or something on the way to it changes images. Nothing of it is used.',
		});
	}
	const type = mediaType?.split(';')[0]?.trim();
	return {
		digest,
		bytes,
		mediaType: type && MANIFEST_MEDIA_TYPES.includes(type) ? type : mediaTypeWithin(bytes, digest),
	};
}

/** Reads what a manifest points at. */
export function parseManifest(manifest: Manifest): ImageIndex | ImageManifest {
	const value = parseJson(manifest.bytes, manifest.digest);
	const subject = value.subject === undefined ? {} : { subject: descriptor(value.subject, manifest.digest) };
	if (isIndexMediaType(manifest.mediaType)) {
		return { kind: 'index', manifests: descriptors(value.manifests, manifest.digest), ...subject };
	}
	return {
		kind: 'image',
		config: descriptor(value.config, manifest.digest),
		layers: descriptors(value.layers ?? [], manifest.digest),
		...subject,
		...(typeof value.artifactType === 'string' ? { artifactType: value.artifactType } : {}),
	};
}

/**
 * Tells whether an entry of an index is a platform's image, not an attestation: BuildKit gives those the platform
 * unknown/unknown and the annotation vnd.docker.reference.type (moby/buildkit docs/attestations/attestation-storage.md).
 */
export function isPlatformImage(entry: Descriptor): boolean {
	return (
		entry.annotations?.['vnd.docker.reference.type'] !== 'attestation-manifest' &&
		entry.platform?.os !== 'unknown' &&
		entry.artifactType === undefined
	);
}

/** `linux/arm64/v8`; `unknown` where an index names no platform. */
export function formatPlatform(platform: Platform | undefined): string {
	if (platform === undefined) return 'unknown';
	return [platform.os, platform.architecture, platform.variant]
		.filter((part) => part !== undefined && part !== '')
		.join('/');
}

function mediaTypeWithin(bytes: Buffer, digest: Digest): string {
	const value = parseJson(bytes, digest);
	if (typeof value.mediaType === 'string' && MANIFEST_MEDIA_TYPES.includes(value.mediaType)) return value.mediaType;
	if (value.mediaType === undefined && Array.isArray(value.manifests)) return OCI_INDEX;
	if (value.mediaType === undefined && value.config !== undefined) return OCI_MANIFEST;
	throw malformed(
		digest,
		`its media type ${JSON.stringify(value.mediaType)} is not one of ${MANIFEST_MEDIA_TYPES.join(', ')}`,
	);
}

function parseJson(bytes: Buffer, digest: Digest): Record<string, unknown> {
	try {
		const value: unknown = JSON.parse(bytes.toString('utf8'));
		if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
	} catch {
		// Said below, with the digest.
	}
	throw malformed(digest, 'it is not a JSON object');
}

function descriptors(value: unknown, digest: Digest): Descriptor[] {
	if (!Array.isArray(value)) throw malformed(digest, 'a list of descriptors is missing');
	return value.map((entry) => descriptor(entry, digest));
}

function descriptor(value: unknown, digest: Digest): Descriptor {
	const entry = value as Partial<Descriptor> | undefined;
	const whole =
		typeof entry?.mediaType === 'string' &&
		typeof entry.digest === 'string' &&
		isDigest(entry.digest) &&
		Number.isSafeInteger(entry.size);
	if (!whole)
		throw malformed(digest, `${JSON.stringify(value)} is not a descriptor with mediaType, sha256 digest and size`);
	return entry as Descriptor;
}

function malformed(digest: Digest, why: string): PipelineError {
	return new PipelineError({ code: 'unsupported', attempted: `Could not read the manifest ${digest}`, answer: why });
}
