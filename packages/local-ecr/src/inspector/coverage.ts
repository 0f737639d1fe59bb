import type {
	CoveredResource,
	ListCoverageRequest,
	ListCoverageResponse,
	ScanStatus,
} from '@aws-sdk/client-inspector2';
import type { Call } from '../aws/call.ts';
import { pageOf } from '../aws/paging.ts';
import { tagsOf } from '../registry/image.ts';
import { isIndex } from '../registry/manifest.ts';
import { resourceId } from '../scan/findings.ts';
import type { Scan } from '../scan/player.ts';
import { type Fields, fits } from './filters.ts';
import { type ScannedImage, scannedImages } from './images.ts';

/** What Inspector covers, and how far it is: the only place that says when a first scan is done. */
export function listCoverage(input: ListCoverageRequest, call: Call): ListCoverageResponse {
	const covered = scannedImages(call)
		.map((scanned) => resourceOf(call, scanned))
		.filter((resource) => fits(input.filterCriteria, (name) => fieldsOf(resource)[name]));
	const page = pageOf(covered, input, 200, 200);
	return { coveredResources: [...page.items], nextToken: page.nextToken };
}

function resourceOf({ own }: Call, { repository, image, scan }: ScannedImage): CoveredResource {
	return {
		resourceType: 'AWS_ECR_CONTAINER_IMAGE',
		resourceId: resourceId(repository, image),
		accountId: own.account,
		scanType: 'PACKAGE',
		scanStatus: statusOf(scan, isIndex(image.manifest.mediaType)),
		lastScannedAt: scan.completedAt === undefined ? undefined : new Date(scan.completedAt),
		resourceMetadata: {
			ecrRepository: { name: repository.name, scanFrequency: scan.frequency },
			ecrImage: {
				tags: tagsOf(repository, image.digest),
				imagePulledAt: image.pulledAt === undefined ? undefined : new Date(image.pulledAt),
			},
		},
	};
}

const REASONS: Readonly<Record<string, ScanStatus>> = {
	PENDING: { statusCode: 'ACTIVE', reason: 'PENDING_INITIAL_SCAN' },
	IN_PROGRESS: { statusCode: 'ACTIVE', reason: 'SCAN_IN_PROGRESS' },
	FAILED: { statusCode: 'INACTIVE', reason: 'INTERNAL_ERROR' },
	SCAN_ELIGIBILITY_EXPIRED: { statusCode: 'INACTIVE', reason: 'SCAN_ELIGIBILITY_EXPIRED' },
	IMAGE_ARCHIVED: { statusCode: 'INACTIVE', reason: 'IMAGE_ARCHIVED' },
};

function statusOf(scan: Scan, index: boolean): ScanStatus {
	if (scan.status === 'UNSUPPORTED_IMAGE')
		return { statusCode: 'INACTIVE', reason: index ? 'UNSUPPORTED_MEDIA_TYPE' : 'UNSUPPORTED_OS' };
	if (scan.status === 'ACTIVE' || scan.status === 'COMPLETE')
		return { statusCode: 'ACTIVE', reason: scan.final ? 'SUCCESSFUL' : 'SCAN_IN_PROGRESS' };
	// A state that Inspector has no word for is no success.
	return REASONS[scan.status] ?? { statusCode: 'INACTIVE', reason: 'INTERNAL_ERROR' };
}

/** What coverage is filtered by here. */
function fieldsOf(resource: CoveredResource): Fields {
	const { scanStatus, resourceMetadata } = resource;
	return {
		scanStatusCode: [scanStatus?.statusCode],
		scanStatusReason: [scanStatus?.reason],
		accountId: [resource.accountId],
		resourceId: [resource.resourceId],
		resourceType: [resource.resourceType],
		scanType: [resource.scanType],
		ecrRepositoryName: [resourceMetadata?.ecrRepository?.name],
		ecrImageTags: resourceMetadata?.ecrImage?.tags ?? [],
		lastScannedAt: [resource.lastScannedAt],
		imagePulledAt: [resourceMetadata?.ecrImage?.imagePulledAt],
	};
}
