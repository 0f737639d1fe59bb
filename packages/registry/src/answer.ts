import { type HttpResponse, messageOf, PipelineError, readBody, retryAfterMilliseconds } from '@ecr-pipeline/core';

const AGAIN = new Set([408, 429, 500, 502, 503, 504]);

/** Says whether trying again can help: the registry was busy, or the connection broke. */
export function canPass(error: unknown, now: number): boolean | { readonly afterMilliseconds: number } {
	if (error instanceof RegistryError) {
		if (!AGAIN.has(error.status)) return false;
		const after = retryAfterMilliseconds(error.retryAfter, now);
		return after === undefined ? true : { afterMilliseconds: after };
	}
	if (error instanceof PipelineError && !(error instanceof ConnectionError)) return false;
	const { code } = (error instanceof ConnectionError ? error.cause : error) as NodeJS.ErrnoException;
	return (
		code !== undefined &&
		/^(?:ECONNRESET|ECONNREFUSED|EPIPE|ETIMEDOUT|EAI_AGAIN|ENETUNREACH|ERR_STREAM_PREMATURE_CLOSE|HPE_)/.test(code)
	);
}

/** A registry's answer that is not the one hoped for. */
export class RegistryError extends PipelineError {
	readonly status: number;
	readonly retryAfter: string | undefined;

	constructor(status: number, retryAfter: string | undefined, problem: ConstructorParameters<typeof PipelineError>[0]) {
		super(problem);
		this.name = 'RegistryError';
		this.status = status;
		this.retryAfter = retryAfter;
	}
}

/** No whole answer came: the connection broke, or there was none. The cause says how. */
class ConnectionError extends PipelineError {}

/** An error that names what was attempted; one that does so already stays as it is. */
export function namedError(
	error: unknown,
	{ attempted, host }: { readonly attempted: string; readonly host: string },
): PipelineError {
	if (error instanceof PipelineError) return error;
	return new ConnectionError({
		code: 'service',
		attempted,
		answer: messageOf(error),
		fix: `Run again; if it stays so, check the way from this runner to ${host} (name, port, proxy).`,
		cause: error,
	});
}

/** The error of an answer that was not hoped for, with what the registry said; reads its body. */
export async function answeredWith(
	response: HttpResponse,
	{ attempted, host }: { readonly attempted: string; readonly host: string },
): Promise<RegistryError> {
	const text = (await readBody(response.body, 1024 * 1024).catch(() => Buffer.alloc(0))).toString('utf8');
	const id = response.headers['x-amzn-requestid'] ?? response.headers['x-request-id'];
	const said = ociErrors(text) ?? text.slice(0, 300);
	return new RegistryError(response.status, response.headers['retry-after'], {
		code: codeOf(response.status),
		attempted,
		answer: `${host} answered ${response.status}${said === '' ? '' : ` ${said}`}${id === undefined ? '' : ` (request id ${id})`}`,
		...(response.status === 401 || response.status === 403
			? {
					fix: `Log in to ${host} with ecr-login-oidc (or docker login) before this step, with a role that may do this.`,
				}
			: {}),
	});
}

/** The error list of the distribution-spec: `CODE: message`, joined. */
function ociErrors(text: string): string | undefined {
	try {
		const { errors } = JSON.parse(text) as { errors?: { code?: string; message?: string }[] };
		return errors?.map(({ code, message }) => `${code}: ${message}`).join('; ');
	} catch {
		return undefined;
	}
}

function codeOf(status: number): PipelineError['code'] {
	if (status === 401 || status === 403) return 'access-denied';
	if (status === 404) return 'not-found';
	if (status === 429) return 'throttled';
	if (status === 405 || status === 415) return 'unsupported';
	return 'service';
}
