// OCI image-spec media-types.md; Docker distribution schema 2.
export const OCI_INDEX = 'application/vnd.oci.image.index.v1+json';
export const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const DOCKER_LIST = 'application/vnd.docker.distribution.manifest.list.v2+json';
const DOCKER_MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json';

/** Everything the suite understands as a manifest; what a registry is told to answer with. */
export const MANIFEST_MEDIA_TYPES: readonly string[] = [OCI_INDEX, OCI_MANIFEST, DOCKER_LIST, DOCKER_MANIFEST];

/** Tells whether a manifest of this type lists other manifests. */
export function isIndexMediaType(mediaType: string): boolean {
	return mediaType === OCI_INDEX || mediaType === DOCKER_LIST;
}

/** Layers that no registry holds: they are fetched from their `urls` (image-spec layer.md, "Non-Distributable Layers"). */
export function isForeignLayer(mediaType: string): boolean {
	return /\.foreign\.|\.nondistributable\./.test(mediaType);
}
