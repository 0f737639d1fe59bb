import { matchesWildcard } from '../aws/arn.ts';
import { ServiceError } from '../aws/service-error.ts';
import type { Clock } from '../clock.ts';
import { imageStatus } from '../registry/archive.ts';
import type { Image } from '../registry/image.ts';
import { isIndex } from '../registry/manifest.ts';
import type { Registry } from '../registry/registry.ts';
import type { Repository } from '../registry/repository.ts';

const DAY = 86_400_000;
const IMAGE_TYPES = new Set([
	'application/vnd.oci.image.manifest.v1+json',
	'application/vnd.docker.distribution.manifest.v2+json',
]);

/** Only images are scanned: an index is not, nor is what refers to an image. */
export function isScannable({ manifest }: Image): boolean {
	return (
		IMAGE_TYPES.has(manifest.mediaType) &&
		manifest.subject === undefined &&
		!manifest.layers.some((layer) => layer.mediaType.startsWith('application/vnd.in-toto'))
	);
}

export function scansOnPush(registry: Registry, repository: Repository): boolean {
	const rules = registry.scanning.rules.filter((rule) =>
		rule.filters.some((filter) => matchesWildcard(filter, repository.name)),
	);
	return repository.scanOnPush || rules.some((rule) => rule.scanFrequency === 'SCAN_ON_PUSH');
}

/** Starts the basic scan that comes with a push, once per image. */
export function scanOnPush(registry: Registry, repository: Repository, image: Image, clock: Clock): void {
	if (registry.scanning.scanType !== 'BASIC' || image.basicScanAt !== undefined) return;
	if (scansOnPush(registry, repository) && isScannable(image)) image.basicScanAt = clock.now();
}

/**
 * Starts a basic scan on request: once per image and 24 hours, counting the scan on push (API reference, StartImageScan).
 * @throws ServiceError ValidationException, UnsupportedImageTypeException, LimitExceededException
 */
export function startScan(registry: Registry, image: Image, clock: Clock): void {
	if (registry.scanning.scanType !== 'BASIC') throw new ServiceError('ValidationException', 'This feature is disabled');
	if (imageStatus(image, clock.now()) !== 'ACTIVE')
		throw new ServiceError('ImageArchivedException', `The image with digest '${image.digest}' is archived`);
	if (isIndex(image.manifest.mediaType) || !isScannable(image))
		throw new ServiceError(
			'UnsupportedImageTypeException',
			`An artifact with media type '${image.manifest.mediaType}' cannot be scanned`,
		);
	if (image.basicScanAt !== undefined && clock.now() - image.basicScanAt < DAY)
		throw new ServiceError('LimitExceededException', 'The scan quota per image has been exceeded. Wait and try again.');
	image.basicScanAt = clock.now();
}
