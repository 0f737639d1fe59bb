import type { ListFindingsRequest, ListFindingsResponse } from '@aws-sdk/client-inspector2';
import { partitionOf } from '../aws/arn.ts';
import type { Call } from '../aws/call.ts';
import { pageOf } from '../aws/paging.ts';
import { tagsOf } from '../registry/image.ts';
import { completeEnhanced } from '../scan/findings.ts';
import type { Finding } from '../scan/rules.ts';
import { matchesText, type StringFilter } from './filters.ts';
import { type ScannedImage, scannedImages } from './images.ts';

interface Located {
	readonly finding: Finding;
	readonly scanned: ScannedImage;
}

/** The findings of all scans so far, with what ECR's shape leaves out (scan.md 3.5). */
export function listFindings(input: ListFindingsRequest, call: Call): ListFindingsResponse {
	const filters = (input.filterCriteria ?? {}) as Readonly<Record<string, readonly StringFilter[] | undefined>>;
	const all = scannedImages(call)
		.flatMap((scanned) => located(call, scanned))
		.filter((one) =>
			Object.entries(filters).every(([name, conditions]) => {
				const values = fieldsOf(call, one, name);
				return values === undefined || matchesText(values, conditions);
			}),
		);
	const page = pageOf(all, input, 100, 100);
	return {
		findings: page.items.map(({ finding }) => inspectorShape(call, finding)) as unknown as NonNullable<
			ListFindingsResponse['findings']
		>,
		nextToken: page.nextToken,
	};
}

function located({ own }: Call, scanned: ScannedImage): Located[] {
	const { repository, image, scan } = scanned;
	const at = scan.completedAt ?? image.pushedAt;
	return scan.findings.map((finding) => ({
		scanned,
		finding: completeEnhanced(finding, own, repository, image, at),
	}));
}

function inspectorShape({ region }: Call, finding: Finding): Finding {
	const { score, scoreDetails, resources, packageVulnerabilityDetails, ...rest } = finding;
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

/** Undefined for a field that this stand-in does not filter by: numbers and dates. */
function fieldsOf(call: Call, { finding, scanned }: Located, filter: string): readonly string[] | undefined {
	const { repository, image } = scanned;
	const details = finding.packageVulnerabilityDetails as { vulnerabilityId?: string } | undefined;
	const fields: Readonly<Record<string, readonly unknown[]>> = {
		ecrImageHash: [image.digest],
		ecrImageRepositoryName: [repository.name],
		ecrImageRegistry: [call.own.account],
		ecrImageTags: tagsOf(repository, image.digest),
		awsAccountId: [finding.awsAccountId],
		findingArn: [finding.findingArn],
		findingStatus: [finding.status],
		findingType: [finding.type],
		severity: [finding.severity],
		fixAvailable: [finding.fixAvailable],
		exploitAvailable: [finding.exploitAvailable],
		resourceType: ['AWS_ECR_CONTAINER_IMAGE'],
		vulnerabilityId: [details?.vulnerabilityId],
	};
	return fields[filter]?.map(String);
}
