import { StartImageScanCommand } from '@aws-sdk/client-ecr';
import { awsErrorCode, type Digest, messageOf } from '@ecr-pipeline/core';
import { type EcrAccess, explainRepositoryError } from './ecr-repository.ts';

/** What became of asking for a basic scan. `reason` is the service's own sentence. */
export type ScanStart =
	| { readonly kind: 'started' }
	/** Scanned in the last 24 hours already, on push or by hand, or the account's quota of the day is used up. */
	| { readonly kind: 'limit-exceeded' | 'unsupported' | 'archived' | 'disabled'; readonly reason: string }
	| { readonly kind: 'no-image' };

// ECR API reference, StartImageScan. ValidationException is what enhanced scanning answers: "This feature is disabled".
const ANSWERS: Readonly<Record<string, 'limit-exceeded' | 'unsupported' | 'archived' | 'disabled'>> = {
	LimitExceededException: 'limit-exceeded',
	UnsupportedImageTypeException: 'unsupported',
	ImageArchivedException: 'archived',
	ValidationException: 'disabled',
};

/** Asks for a basic scan of one manifest; never to be called under enhanced scanning. */
export async function startImageScan(
	{ client, accountId, data }: EcrAccess,
	repository: string,
	digest: Digest,
	signal?: AbortSignal,
): Promise<ScanStart> {
	const name = `${data.host}/${repository}`;
	try {
		await client.send(
			new StartImageScanCommand({
				registryId: accountId,
				repositoryName: repository,
				imageId: { imageDigest: digest },
			}),
			signal === undefined ? {} : { abortSignal: signal },
		);
		return { kind: 'started' };
	} catch (error) {
		const code = awsErrorCode(error) ?? '';
		if (code === 'ImageNotFoundException') return { kind: 'no-image' };
		const kind = ANSWERS[code];
		if (kind !== undefined) return { kind, reason: `${code}: ${messageOf(error)}` };
		throw explainRepositoryError(error, `Could not start a scan of ${digest} in ${name}`, 'ecr:StartImageScan', name);
	}
}
