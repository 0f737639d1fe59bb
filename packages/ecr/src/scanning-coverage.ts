import type { CoveredResource, Inspector2Client } from '@aws-sdk/client-inspector2';
import { type Digest, explainAwsError, messageOf, PipelineError } from '@ecr-pipeline/core';
import type { OpenInspector } from './scanning-inspector.ts';

/** What Amazon Inspector says about its scan of one manifest. */
export type Coverage =
	| {
			readonly kind: 'covered';
			/** `ACTIVE`, `INACTIVE`. */
			readonly statusCode?: string;
			/** `PENDING_INITIAL_SCAN`, `SCAN_IN_PROGRESS`, `SUCCESSFUL` … (Inspector API reference, ScanStatus). */
			readonly reason?: string;
			readonly lastScannedAt?: Date;
	  }
	/** Inspector lists no such image: not yet, or the account that manages it is another. */
	| { readonly kind: 'not-listed' }
	| { readonly kind: 'not-permitted'; readonly reason: string };

export type AskCoverage = (digest: Digest, repositoryArn: string, signal?: AbortSignal) => Promise<Coverage>;

/** Opens the question for one manifest's coverage. */
export function openCoverage(inspector: OpenInspector): AskCoverage {
	return async (digest, repositoryArn, signal) => askCoverage(await inspector(), `${repositoryArn}/${digest}`, signal);
}

// The resource id of an image is its repository's ARN, a slash, and its digest (Inspector user guide, "Findings").
async function askCoverage(client: Inspector2Client, resourceId: string, signal?: AbortSignal): Promise<Coverage> {
	const { ListCoverageCommand } = await import('@aws-sdk/client-inspector2');
	try {
		const { coveredResources = [] } = await client.send(
			new ListCoverageCommand({
				filterCriteria: {
					resourceType: [{ comparison: 'EQUALS', value: 'AWS_ECR_CONTAINER_IMAGE' }],
					resourceId: [{ comparison: 'EQUALS', value: resourceId }],
				},
			}),
			signal === undefined ? {} : { abortSignal: signal },
		);
		const found = coveredResources.find((resource) => resource.resourceId === resourceId);
		return found === undefined ? { kind: 'not-listed' } : coverageOf(found);
	} catch (error) {
		const explained = explainAwsError(
			error,
			`Could not ask Amazon Inspector for its coverage of ${resourceId}`,
			'inspector2:ListCoverage on *',
		);
		if (explained instanceof PipelineError && explained.code === 'access-denied')
			return { kind: 'not-permitted', reason: messageOf(explained) };
		throw explained;
	}
}

function coverageOf({ scanStatus, lastScannedAt }: CoveredResource): Coverage {
	return {
		kind: 'covered',
		...(scanStatus?.statusCode === undefined ? {} : { statusCode: scanStatus.statusCode }),
		...(scanStatus?.reason === undefined ? {} : { reason: scanStatus.reason }),
		...(lastScannedAt === undefined ? {} : { lastScannedAt }),
	};
}
