import type {
	DescribeImagesRequest,
	DescribeImagesResponse,
	ImageDetail,
	ImageIdentifier,
	ListImageReferrersRequest,
	ListImageReferrersResponse,
	ListImagesRequest,
	ListImagesResponse,
} from '@aws-sdk/client-ecr';
import type { Call, Operations } from '../aws/call.ts';
import { pageOf } from '../aws/paging.ts';
import { imageStatus } from '../registry/archive.ts';
import { type Image, imageOf, imageSize, tagsOf } from '../registry/image.ts';
import { referrersOf } from '../registry/referrers.ts';
import { completeEnhanced, severityCounts } from '../scan/findings.ts';
import { scanOf } from '../scan/player.ts';
import { assertCount, required, type Target, targetOf } from './input.ts';
import { identityShape } from './shapes.ts';

type TagStatus = string | undefined;

function describe(input: DescribeImagesRequest, call: Call): DescribeImagesResponse {
	const target = targetOf(input, call);
	const { registry, repository } = target;
	if (input.imageIds !== undefined) {
		assertCount(input.imageIds, 'imageIds', 100);
		const images = new Set(input.imageIds.map((id) => imageOf(repository, registry.account, id)));
		return { imageDetails: [...images].map((image) => detailOf(target, image, call)) };
	}
	const wanted = input.filter?.imageStatus ?? 'ACTIVE';
	const images = [...repository.images.values()].filter(
		(image) =>
			hasTagStatus(tagsOf(repository, image.digest), input.filter?.tagStatus) && hasStatus(image, wanted, call),
	);
	const page = pageOf(images, input, 100, 1000);
	return { imageDetails: page.items.map((image) => detailOf(target, image, call)), nextToken: page.nextToken };
}

function detailOf(target: Target, image: Image, call: Call): ImageDetail {
	const { registry, repository } = target;
	const tags = tagsOf(repository, image.digest);
	const { manifest } = image;
	return {
		...identityShape(registry, repository),
		imageDigest: image.digest,
		imageTags: tags.length === 0 ? undefined : tags,
		imageSizeInBytes: imageSize(repository, image),
		imagePushedAt: new Date(image.pushedAt),
		imageManifestMediaType: manifest.mediaType,
		artifactMediaType: manifest.artifactType ?? manifest.config?.mediaType,
		subjectManifestDigest: manifest.subject?.digest,
		lastRecordedPullTime: image.pulledAt === undefined ? undefined : new Date(image.pulledAt),
		imageStatus: imageStatus(image, call.world.clock.now()),
		lastArchivedAt: image.archiving === undefined ? undefined : new Date(image.archiving.archivedAt),
		lastActivatedAt: image.archiving?.restoredAt === undefined ? undefined : new Date(image.archiving.restoredAt),
		...scanShape(target, image, call),
	};
}

/** Basic scanning does not show here: "Use DescribeImageScanFindings instead" (ECR user guide, "Image scanning"). */
function scanShape(
	{ registry, repository }: Target,
	image: Image,
	{ world }: Call,
): Pick<ImageDetail, 'imageScanStatus' | 'imageScanFindingsSummary'> {
	const scan = scanOf(world, registry, repository, image);
	if (scan === undefined || scan.type === 'basic') return {};
	const imageScanStatus = { status: scan.status as 'ACTIVE', description: scan.description };
	if (scan.completedAt === undefined) return { imageScanStatus };
	const at = new Date(scan.completedAt);
	const findings = scan.findings.map((finding) => completeEnhanced(finding, registry, repository, image, at.getTime()));
	return {
		imageScanStatus,
		imageScanFindingsSummary: {
			imageScanCompletedAt: at,
			vulnerabilitySourceUpdatedAt: at,
			findingSeverityCounts: severityCounts(findings),
		},
	};
}

function list(input: ListImagesRequest, call: Call): ListImagesResponse {
	const { repository } = targetOf(input, call);
	const { tagStatus, imageStatus: status = 'ACTIVE' } = input.filter ?? {};
	const ids = [...repository.images.values()].flatMap((image): ImageIdentifier[] => {
		const { digest: imageDigest } = image;
		const tags = tagsOf(repository, imageDigest);
		if (!hasTagStatus(tags, tagStatus) || !hasStatus(image, status, call)) return [];
		return tags.length === 0 ? [{ imageDigest }] : tags.map((imageTag) => ({ imageDigest, imageTag }));
	});
	const page = pageOf(ids, input, 100, 1000);
	return { imageIds: [...page.items], nextToken: page.nextToken };
}

function hasTagStatus(tags: readonly string[], status: TagStatus): boolean {
	if (status === undefined || status === 'ANY') return true;
	return (status === 'TAGGED') === tags.length > 0;
}

function hasStatus(image: Image, wanted: string, { world }: Call): boolean {
	return wanted === 'ANY' || imageStatus(image, world.clock.now()) === wanted;
}

function listReferrers(input: ListImageReferrersRequest, call: Call): ListImageReferrersResponse {
	const { repository } = targetOf(input, call, 'BatchGetImage');
	const subject = required(input.subjectId?.imageDigest, 'subjectId.imageDigest');
	const { artifactTypes, artifactStatus = 'ACTIVE' } = input.filter ?? {};
	const statusOf = (digest: string) => {
		const image = repository.images.get(digest);
		return image === undefined ? undefined : imageStatus(image, call.world.clock.now());
	};
	const wanted = referrersOf(repository, subject).filter(
		({ digest, artifactType = '' }) =>
			(artifactStatus === 'ANY' || statusOf(digest) === artifactStatus) &&
			(artifactTypes === undefined || artifactTypes.includes(artifactType)),
	);
	const page = pageOf(wanted, input, 20, 50);
	return {
		referrers: page.items.map(({ digest, mediaType, artifactType, size, annotations }) => ({
			digest,
			mediaType,
			artifactType,
			size,
			annotations: annotations === undefined ? undefined : { ...annotations },
			artifactStatus: statusOf(digest),
		})),
		nextToken: page.nextToken,
	};
}

export const imageOperations: Operations = {
	DescribeImages: describe,
	ListImages: list,
	ListImageReferrers: listReferrers,
};
