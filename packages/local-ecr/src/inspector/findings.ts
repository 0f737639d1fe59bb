import type { ListFindingsRequest, ListFindingsResponse, SortCriteria } from '@aws-sdk/client-inspector2';
import { partitionOf } from '../aws/arn.ts';
import type { Call } from '../aws/call.ts';
import { pageOf } from '../aws/paging.ts';
import { ServiceError } from '../aws/service-error.ts';
import { tagsOf } from '../registry/image.ts';
import { completeEnhanced, withoutDetails } from '../scan/findings.ts';
import type { Finding } from '../scan/rules.ts';
import { type Fields, fits } from './filters.ts';
import { type ScannedImage, scannedImages } from './images.ts';

interface Located {
	readonly finding: Finding;
	readonly scanned: ScannedImage;
}

/** The findings of all scans so far, with what ECR's shape leaves out (scan.md 3.5). */
export function listFindings(input: ListFindingsRequest, call: Call): ListFindingsResponse {
	const all = locatedFindings(call).filter((one) => fits(input.filterCriteria, (name) => fieldsOf(call, one)[name]));
	const page = pageOf(sorted(all, input.sortCriteria, call), input, 100, 100);
	return {
		findings: page.items.map(({ finding }) => inspectorShape(call, finding)) as unknown as NonNullable<
			ListFindingsResponse['findings']
		>,
		nextToken: page.nextToken,
	};
}

export function locatedFindings(call: Call): Located[] {
	return scannedImages(call).flatMap((scanned) => {
		const { repository, image, scan } = scanned;
		const at = scan.completedAt ?? image.pushedAt;
		return scan.findings.map((finding) => ({
			scanned,
			finding: completeEnhanced(finding, call.own, repository, image, at),
		}));
	});
}

function inspectorShape({ region }: Call, finding: Finding): Finding {
	const { score, scoreDetails, resources, packageVulnerabilityDetails, ...rest } = withoutDetails(finding);
	const cvss = (scoreDetails as { cvss?: Finding } | undefined)?.cvss;
	return {
		...rest,
		remediation: finding.remediation ?? { recommendation: { text: 'None Provided' } },
		inspectorScore: score,
		inspectorScoreDetails: cvss === undefined ? undefined : { adjustedCvss: { cvssSource: cvss.scoreSource, ...cvss } },
		packageVulnerabilityDetails,
		resources: (resources as readonly Finding[]).map((resource) => ({
			...resource,
			partition: partitionOf(region),
			region,
		})),
	};
}

/** What findings are filtered by here. */
function fieldsOf(call: Call, { finding, scanned }: Located): Fields {
	const { repository, image } = scanned;
	const details = finding.packageVulnerabilityDetails as { vulnerabilityId?: string; source?: string } | undefined;
	return {
		ecrImageHash: [image.digest],
		ecrImageRepositoryName: [repository.name],
		ecrImageRegistry: [call.own.account],
		ecrImageTags: tagsOf(repository, image.digest),
		ecrImagePushedAt: [new Date(image.pushedAt)],
		awsAccountId: [finding.awsAccountId],
		findingArn: [finding.findingArn],
		findingStatus: [finding.status],
		findingType: [finding.type],
		severity: [finding.severity],
		title: [finding.title],
		fixAvailable: [finding.fixAvailable],
		exploitAvailable: [finding.exploitAvailable],
		epssScore: [epssOf(finding)],
		inspectorScore: [finding.score],
		firstObservedAt: [finding.firstObservedAt],
		lastObservedAt: [finding.lastObservedAt],
		updatedAt: [finding.updatedAt],
		resourceType: ['AWS_ECR_CONTAINER_IMAGE'],
		vulnerabilityId: [details?.vulnerabilityId],
		vulnerabilitySource: [details?.source],
	};
}

export const epssOf = (finding: Finding): number | undefined => (finding.epss as { score?: number } | undefined)?.score;

const SEVERITIES = ['UNTRIAGED', 'INFORMATIONAL', 'LOW', 'MEDIUM', 'HIGH', 'CRITICAL'];

/** By what each sort field of Inspector means, as far as images have it. */
const SORTS: Readonly<Record<string, string>> = {
	AWS_ACCOUNT_ID: 'awsAccountId',
	ECR_IMAGE_PUSHED_AT: 'ecrImagePushedAt',
	ECR_IMAGE_REGISTRY: 'ecrImageRegistry',
	ECR_IMAGE_REPOSITORY_NAME: 'ecrImageRepositoryName',
	EPSS_SCORE: 'epssScore',
	FINDING_STATUS: 'findingStatus',
	FINDING_TYPE: 'findingType',
	FIRST_OBSERVED_AT: 'firstObservedAt',
	INSPECTOR_SCORE: 'inspectorScore',
	LAST_OBSERVED_AT: 'lastObservedAt',
	RESOURCE_TYPE: 'resourceType',
	SEVERITY: 'severity',
	VULNERABILITY_ID: 'vulnerabilityId',
	VULNERABILITY_SOURCE: 'vulnerabilitySource',
};

function sorted(all: readonly Located[], criteria: SortCriteria | undefined, call: Call): readonly Located[] {
	if (criteria === undefined) return all;
	const field = SORTS[criteria.field ?? ''];
	if (field === undefined)
		throw new ServiceError('ValidationException', `local-ecr does not sort by ${criteria.field}`);
	const keyOf = (one: Located): string | number => {
		const [value] = fieldsOf(call, one)[field] ?? [];
		if (field === 'severity') return SEVERITIES.indexOf(String(value));
		return value instanceof Date ? value.getTime() : typeof value === 'number' ? value : String(value ?? '');
	};
	const sign = criteria.sortOrder === 'DESC' ? -1 : 1;
	return [...all].sort((a, b) => sign * (keyOf(a) < keyOf(b) ? -1 : keyOf(a) > keyOf(b) ? 1 : 0));
}
