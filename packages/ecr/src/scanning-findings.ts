import {
	DescribeImageScanFindingsCommand,
	type DescribeImageScanFindingsResponse,
	type EnhancedImageScanFinding,
	type ImageScanFinding,
} from '@aws-sdk/client-ecr';
import { awsErrorCode, type Digest } from '@ecr-pipeline/core';
import { type EcrAccess, explainRepositoryError } from './ecr-repository.ts';

/** What the registry says about the scan of one manifest: one page of it. */
export type ScanPage =
	| { readonly kind: 'no-image' }
	| { readonly kind: 'no-scan' }
	| {
			readonly kind: 'scan';
			/** As given; the API reference knows ten, and an answer without one has been seen (aws/containers-roadmap#2656). */
			readonly status?: string;
			readonly description?: string;
			/** Tells whether the answer has the key `enhancedFindings`: its shape, which the status does not give away. */
			readonly enhanced: boolean;
			readonly basicFindings: readonly ImageScanFinding[];
			readonly enhancedFindings: readonly EnhancedImageScanFinding[];
			/** As the registry counts them by severity, perhaps of this page only: nothing to decide by. */
			readonly counts: Readonly<Record<string, number>>;
			readonly completedAt?: Date;
			readonly vulnerabilitySourceUpdatedAt?: Date;
			readonly nextToken?: string;
	  };

export interface PageRequest {
	readonly digest: Digest;
	/** 1 to 1000 (ECR API reference, DescribeImageScanFindings). */
	readonly maxResults: number;
	readonly nextToken?: string;
}

/** Reads one page of the findings of a manifest. That there is no scan, or no such image yet, is an answer, not an error. */
export async function describeScanFindings(
	{ client, accountId, data }: EcrAccess,
	repository: string,
	{ digest, maxResults, nextToken }: PageRequest,
	signal?: AbortSignal,
): Promise<ScanPage> {
	const name = `${data.host}/${repository}`;
	try {
		const answer = await client.send(
			new DescribeImageScanFindingsCommand({
				registryId: accountId,
				repositoryName: repository,
				imageId: { imageDigest: digest },
				maxResults,
				...(nextToken === undefined ? {} : { nextToken }),
			}),
			signal === undefined ? {} : { abortSignal: signal },
		);
		return pageOf(answer);
	} catch (error) {
		if (awsErrorCode(error) === 'ImageNotFoundException') return { kind: 'no-image' };
		if (awsErrorCode(error) === 'ScanNotFoundException') return { kind: 'no-scan' };
		throw explainRepositoryError(
			error,
			`Could not read the scan findings of ${digest} in ${name}`,
			'ecr:DescribeImageScanFindings',
			name,
		);
	}
}

function pageOf({ imageScanStatus, imageScanFindings, nextToken }: DescribeImageScanFindingsResponse): ScanPage {
	const { findings, enhancedFindings, findingSeverityCounts, imageScanCompletedAt, vulnerabilitySourceUpdatedAt } =
		imageScanFindings ?? {};
	return {
		kind: 'scan',
		...(imageScanStatus?.status === undefined ? {} : { status: imageScanStatus.status }),
		...(imageScanStatus?.description === undefined ? {} : { description: imageScanStatus.description }),
		enhanced: enhancedFindings !== undefined,
		basicFindings: findings ?? [],
		enhancedFindings: enhancedFindings ?? [],
		counts: findingSeverityCounts ?? {},
		...(imageScanCompletedAt === undefined ? {} : { completedAt: imageScanCompletedAt }),
		...(vulnerabilitySourceUpdatedAt === undefined ? {} : { vulnerabilitySourceUpdatedAt }),
		...(nextToken === undefined ? {} : { nextToken }),
	};
}
