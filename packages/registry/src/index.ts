export { RegistryError } from './answer.ts';
export { createRegistryClient, type RegistryClient, type RegistryOptions } from './client.ts';
export {
	type Copy,
	type CopyCounts,
	type CopyOptions,
	type CopyProgress,
	copyBelow,
	describeProgress,
	NO_PROGRESS,
	startCopies,
} from './copy.ts';
export { dockerConfigPath, dockerCredentials, type RegistryCredentials } from './docker-config.ts';
export { servedAt } from './docker-hub.ts';
export { describeReferrer, fallbackEntries, fallbackTag, listReferrers, mergeFallback } from './fallback.ts';
export { type ImageGraph, readGraph } from './graph.ts';
export {
	type Descriptor,
	formatPlatform,
	type ImageIndex,
	type ImageManifest,
	isPlatformImage,
	type Manifest,
	manifestFromBytes,
	type Platform,
	parseManifest,
} from './manifest.ts';
export { isIndexMediaType, MANIFEST_MEDIA_TYPES, OCI_INDEX, OCI_MANIFEST } from './media-types.ts';
export { type OciLayout, openOciLayout } from './oci-layout.ts';
export { createOciRepository } from './oci-repository.ts';
export { assertRedirectAllowed } from './redirect.ts';
export { type BlobOffer, type ImageRepository, type ImageSource, type OpenBlob, readBlob } from './repository.ts';
export { putBlob } from './upload.ts';
