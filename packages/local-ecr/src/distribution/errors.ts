import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { ServiceError } from '../aws/service-error.ts';

/** An error in the words of the distribution API: an OCI code and a status. */
export class DistributionError extends Error {
	readonly code: string;
	readonly status: number;
	readonly headers: Readonly<Record<string, string>>;

	constructor(code: string, status: number, message: string, headers: Readonly<Record<string, string>> = {}) {
		super(message);
		this.code = code;
		this.status = status;
		this.headers = headers;
	}
}

/**
 * ECR's registry is a front of its own API: the text is the API's, the code is OCI's. Codes as they were seen:
 * BLOB_UPLOAD_UNKNOWN for layers (mapbox/ecs-conex#50), MANIFEST_BLOB_UNKNOWN for children
 * (int128/docker-manifest-create-action#63), MANIFEST_INVALID for a digest (google/go-containerregistry#1568),
 * UNSUPPORTED for a manifest that does not parse (aws/containers-roadmap#2783).
 */
const OCI_CODES: Readonly<Record<string, readonly [code: string, status: number]>> = {
	RepositoryNotFoundException: ['NAME_UNKNOWN', 404],
	ImageNotFoundException: ['MANIFEST_UNKNOWN', 404],
	ImageTagAlreadyExistsException: ['TAG_INVALID', 400],
	ImageDigestDoesNotMatchException: ['MANIFEST_INVALID', 400],
	LayersNotFoundException: ['BLOB_UPLOAD_UNKNOWN', 404],
	ReferencedImagesNotFoundException: ['MANIFEST_BLOB_UNKNOWN', 404],
	UploadNotFoundException: ['BLOB_UPLOAD_UNKNOWN', 404],
	InvalidLayerException: ['DIGEST_INVALID', 400],
	InvalidParameterException: ['UNSUPPORTED', 405],
	AccessDeniedException: ['DENIED', 403],
	UnableToGetUpstreamImageException: ['DENIED', 403],
	LimitExceededException: ['DENIED', 403],
};

function distributionErrorOf(error: unknown): DistributionError {
	if (error instanceof DistributionError) return error;
	if (!(error instanceof ServiceError)) return new DistributionError('UNKNOWN', 500, String(error));
	const [code, status] = OCI_CODES[error.code] ?? ['UNKNOWN', 500];
	return new DistributionError(code, status, error.message);
}

export function sendError(c: Context, error: unknown): Response {
	const { code, status, message, headers } = distributionErrorOf(error);
	return c.json({ errors: [{ code, message, detail: {} }] }, status as ContentfulStatusCode, { ...headers });
}

export const blobUnknown = (digest: string): DistributionError =>
	new DistributionError('BLOB_UNKNOWN', 404, `blob unknown to registry: ${digest}`);
