import type {
	DescribeImageScanFindingsRequest,
	DescribeImageScanFindingsResponse,
	EnhancedImageScanFinding,
	ImageIdentifier,
	ImageScanFinding,
	StartImageScanRequest,
	StartImageScanResponse,
} from '@aws-sdk/client-ecr';
import type { Call, Operations } from '../aws/call.ts';
import { pageOf } from '../aws/paging.ts';
import { ServiceError } from '../aws/service-error.ts';
import { type Image, imageOf } from '../registry/image.ts';
import { startScan } from '../scan/basic.ts';
import { completeEnhanced, ecrFinding, severityCounts } from '../scan/findings.ts';
import { type Scan, scanOf } from '../scan/player.ts';
import type { Finding } from '../scan/rules.ts';
import { required, type Target, targetOf } from './input.ts';
import { identityShape } from './shapes.ts';

function start(input: StartImageScanRequest, call: Call): StartImageScanResponse {
	const { registry, repository } = targetOf(input, call);
	const id = required(input.imageId, 'imageId');
	const image = imageOf(repository, registry.account, id);
	startScan(registry, image, call.world.clock);
	return {
		...identityShape(registry, repository),
		imageId: idShape(image, id),
		imageScanStatus: { status: 'IN_PROGRESS' },
	};
}

function describe(input: DescribeImageScanFindingsRequest, call: Call): DescribeImageScanFindingsResponse {
	const target = targetOf(input, call);
	const { registry, repository } = target;
	const id = required(input.imageId, 'imageId');
	const image = imageOf(repository, registry.account, id);
	const scan = scanOf(call.world, registry, repository, image);
	if (scan === undefined) throw notFound(target, id);
	const all = findingsOf(target, image, scan);
	const page = pageOf(all, input, 100, 1000);
	return {
		...identityShape(registry, repository),
		imageId: idShape(image, id),
		imageScanStatus: { status: scan.status as 'COMPLETE', description: scan.description },
		...findingsShape(scan, page.items, all),
		nextToken: page.nextToken,
	};
}

function findingsOf({ registry, repository }: Target, image: Image, scan: Scan): readonly Finding[] {
	if (scan.type === 'basic') return scan.findings;
	const seenAt = scan.completedAt ?? image.pushedAt;
	// Completed as it is for Inspector, so that its ARN leads to the same finding there.
	return scan.findings.map((finding) => ecrFinding(completeEnhanced(finding, registry, repository, image, seenAt)));
}

/** While a scan has not found anything out yet there are findings of no kind; PENDING has two empty lists (alexjurkiewicz/ecr-scan-image#51). */
function findingsShape(
	scan: Scan,
	findings: readonly Finding[],
	all: readonly Finding[],
): Pick<DescribeImageScanFindingsResponse, 'imageScanFindings'> {
	if (scan.type === 'basic') {
		if (scan.completedAt === undefined) return {};
		return { imageScanFindings: { ...summary(scan, all), findings: [...findings] as ImageScanFinding[] } };
	}
	const enhancedFindings = [...findings] as EnhancedImageScanFinding[];
	if (scan.completedAt === undefined) return { imageScanFindings: { findings: [], enhancedFindings } };
	return { imageScanFindings: { ...summary(scan, all), enhancedFindings } };
}

function summary({ completedAt = 0 }: Scan, all: readonly Finding[]) {
	const at = new Date(completedAt);
	return {
		imageScanCompletedAt: at,
		vulnerabilitySourceUpdatedAt: at,
		findingSeverityCounts: severityCounts(all),
	};
}

function idShape(image: Image, { imageTag }: ImageIdentifier): ImageIdentifier {
	return { imageDigest: image.digest, imageTag };
}

function notFound({ registry, repository }: Target, { imageDigest, imageTag }: ImageIdentifier): ServiceError {
	return new ServiceError(
		'ScanNotFoundException',
		`Image scan does not exist for the image with '{imageDigest:'${imageDigest ?? 'null'}', imageTag:'${imageTag ?? 'null'}'}' in the repository with name '${repository.name}' in the registry with id '${registry.account}'`,
	);
}

export const scanOperations: Operations = { StartImageScan: start, DescribeImageScanFindings: describe };
