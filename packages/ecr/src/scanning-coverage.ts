import type { CoveredResource, Inspector2Client } from '@aws-sdk/client-inspector2';
import {
	awsClientConfig,
	type Context,
	type Digest,
	explainAwsError,
	messageOf,
	PipelineError,
} from '@ecr-pipeline/core';
import type { EcrAccess } from './ecr-repository.ts';

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

/** Opens Inspector with the credentials and the region of the registry; its client is loaded when first asked. */
export function openCoverage(access: EcrAccess, context: Context): AskCoverage {
	let opened: Promise<Inspector2Client> | undefined;
	return async (digest, repositoryArn, signal) => {
		opened ??= openInspector(access, context);
		return askCoverage(await opened, `${repositoryArn}/${digest}`, signal);
	};
}

async function openInspector(access: EcrAccess, context: Context): Promise<Inspector2Client> {
	const { Inspector2Client } = await import('@aws-sdk/client-inspector2');
	return new Inspector2Client({
		...awsClientConfig(context, { region: access.region }),
		credentials: access.client.config.credentials,
	});
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
