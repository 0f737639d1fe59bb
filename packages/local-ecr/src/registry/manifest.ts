import { invalidParameter } from '../aws/service-error.ts';

export interface Descriptor {
	readonly mediaType: string;
	readonly digest: string;
	readonly size: number;
	readonly urls?: readonly string[];
	readonly platform?: { readonly os: string; readonly architecture: string; readonly variant?: string };
	readonly artifactType?: string;
	readonly annotations?: Readonly<Record<string, string>>;
}

/** What a manifest says, as far as a registry looks into it. */
export interface Manifest {
	readonly mediaType: string;
	readonly config?: Descriptor;
	readonly layers: readonly Descriptor[];
	/** Children of an index. */
	readonly manifests: readonly Descriptor[];
	readonly subject?: Descriptor;
	readonly artifactType?: string;
	readonly annotations?: Readonly<Record<string, string>>;
}

export const OCI_INDEX = 'application/vnd.oci.image.index.v1+json';
const DOCKER_LIST = 'application/vnd.docker.distribution.manifest.list.v2+json';

export const isIndex = (mediaType: string): boolean => mediaType === OCI_INDEX || mediaType === DOCKER_LIST;

/**
 * Reads a manifest without changing a byte of it.
 * @param mediaType as the request names it; the manifest's own is taken where the request is silent
 * @throws ServiceError InvalidParameterException
 */
export function readManifest(bytes: Buffer, mediaType: string | undefined): Manifest {
	const parsed = parse(bytes);
	const type = mediaType ?? parsed.mediaType;
	if (type === undefined)
		throw invalidParameter('imageManifestMediaType', 'must not be null: the manifest names no mediaType');
	if (mediaType !== undefined && parsed.mediaType !== undefined && parsed.mediaType !== mediaType)
		throw invalidParameter('imageManifestMediaType', `must be the manifest's own media type, ${parsed.mediaType}`);
	const manifest = { ...parsed, mediaType: type, layers: parsed.layers ?? [], manifests: parsed.manifests ?? [] };
	for (const descriptor of referencedBlobs(manifest).concat(manifest.manifests)) assertDescriptor(descriptor);
	return manifest;
}

/** The blobs that must be there before the manifest: foreign layers live elsewhere (image-spec, "urls"). */
export function referencedBlobs(manifest: Pick<Manifest, 'config' | 'layers'>): Descriptor[] {
	const blobs = manifest.config === undefined ? manifest.layers : [manifest.config, ...manifest.layers];
	return blobs.filter((blob) => (blob.urls ?? []).length === 0);
}

function parse(bytes: Buffer): Partial<Manifest> {
	let value: unknown;
	try {
		value = JSON.parse(bytes.toString('utf8'));
	} catch {
		throw invalidParameter('ImageManifest', 'Invalid JSON syntax');
	}
	if (typeof value !== 'object' || value === null || Array.isArray(value))
		throw invalidParameter('ImageManifest', 'Invalid JSON syntax');
	const manifest = value as Partial<Manifest>;
	for (const name of ['layers', 'manifests'] as const)
		if (manifest[name] !== undefined && !Array.isArray(manifest[name]))
			throw invalidParameter('ImageManifest', `${name} must be a list`);
	return manifest;
}

function assertDescriptor(descriptor: Descriptor): void {
	if (/^sha256:[0-9a-f]{64}$/.test(descriptor?.digest ?? '')) return;
	throw invalidParameter('ImageManifest', `digest '${descriptor?.digest}' must be a sha256 digest`);
}
