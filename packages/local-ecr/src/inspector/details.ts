import type {
	BatchGetFindingDetailsRequest,
	BatchGetFindingDetailsResponse,
	FindingDetail,
} from '@aws-sdk/client-inspector2';
import type { Call } from '../aws/call.ts';
import { ServiceError } from '../aws/service-error.ts';
import { DETAILS } from '../scan/findings.ts';
import type { Finding } from '../scan/rules.ts';
import { epssOf, locatedFindings } from './findings.ts';

/** What is known about vulnerabilities beside the findings: EPSS, CISA's catalogue of the exploited ones, evidence. */
export function batchGetFindingDetails(
	input: BatchGetFindingDetailsRequest,
	call: Call,
): BatchGetFindingDetailsResponse {
	const arns = input.findingArns ?? [];
	if (arns.length < 1 || arns.length > 10)
		throw new ServiceError('ValidationException', 'findingArns must have 1 to 10 members');
	const known = new Map(locatedFindings(call).map(({ finding }) => [finding.findingArn, finding]));
	return {
		findingDetails: arns.flatMap((arn) => detailOf(known.get(arn)) ?? []),
		errors: arns
			.filter((arn) => !known.has(arn))
			.map((findingArn) => ({
				findingArn,
				errorCode: 'FINDING_DETAILS_NOT_FOUND',
				errorMessage: `No finding has the ARN ${findingArn}`,
			})),
	};
}

function detailOf(finding: Finding | undefined): FindingDetail | undefined {
	if (finding === undefined) return undefined;
	const details = Object.fromEntries(DETAILS.map((name) => [name, finding[name]]));
	return { findingArn: String(finding.findingArn), epssScore: epssOf(finding), ...details };
}
