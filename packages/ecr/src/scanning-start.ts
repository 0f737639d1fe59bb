import { ECRClient, StartImageScanCommand } from '@aws-sdk/client-ecr';
import { awsClientConfig, awsErrorCode, type Context, type Digest, messageOf } from '@ecr-pipeline/core';
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

export type StartScan = (digest: Digest, signal?: AbortSignal) => Promise<ScanStart>;

/**
 * Opens the way to ask for basic scans of one repository; never to be used under enhanced scanning. Each asks once: the
 * SDK takes LimitExceededException for throttling and would repeat it for some 20 s, and here it is the usual answer.
 */
export function openScanStart(access: EcrAccess, repository: string, context: Context): StartScan {
	let client: ECRClient | undefined;
	return (digest, signal) => {
		client ??= new ECRClient({
			...awsClientConfig(context, { region: access.region }),
			credentials: access.client.config.credentials,
			maxAttempts: 1,
		});
		return startImageScan(client, access, repository, digest, signal);
	};
}

async function startImageScan(
	client: ECRClient,
	{ accountId, data }: EcrAccess,
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
