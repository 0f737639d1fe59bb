import {
	type Context,
	type HttpResponse,
	isLoopback,
	PipelineError,
	readBody,
	retry,
	retryAfterMilliseconds,
} from '@ecr-pipeline/core';
import { type Authorization, authorize } from './auth.ts';
import type { RegistryCredentials } from './docker-config.ts';
import { assertRedirectAllowed } from './redirect.ts';

export interface RegistryOptions {
	/** Host with port, as in an image reference. */
	readonly host: string;
	/** Asked when the registry wants to know who calls; undefined means nobody in particular. */
	readonly credentials: () => Promise<RegistryCredentials | undefined>;
	/** Send Basic credentials with the first request, as ECR takes them: saves the 401 and the token exchange. */
	readonly preemptive: boolean;
	/** `http:` is accepted on loopback only. */
	readonly protocol?: 'http:' | 'https:';
}

export interface RegistryRequest {
	readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';
	/** A path with its query below the registry, or the whole URL of an upload session. */
	readonly path: string | URL;
	readonly headers?: Readonly<Record<string, string>>;
	/** A function opens the body anew for each attempt. */
	readonly body?: Uint8Array | (() => Promise<AsyncIterable<Buffer>>);
	/** The statuses that are an answer; any other is an error. */
	readonly accept: readonly number[];
	/** What this request does, as the start of a sentence, for errors. */
	readonly attempted: string;
	/** `repository:NAME:pull`, for registries with token authentication. */
	readonly scope: string;
	/** How often it is tried; 1 where the caller restarts a larger piece of work. */
	readonly attempts?: number;
}

/** Talks to one registry by the OCI distribution protocol (distribution-spec 1.1). */
export interface RegistryClient {
	readonly host: string;
	request(request: RegistryRequest): Promise<HttpResponse>;
}

const AGAIN = new Set([408, 429, 500, 502, 503, 504]);
const MAX_REDIRECTS = 5;

export function createRegistryClient(
	options: RegistryOptions,
	context: Pick<Context, 'send' | 'clock' | 'random'>,
): RegistryClient {
	const base = new URL(`${protocolOf(options)}//${options.host}`);
	const authorizations = new Map<string, Promise<Authorization>>();

	const authorizationFor = (scope: string, challenge?: string): Promise<Authorization> => {
		const known = challenge === undefined ? authorizations.get(scope) : undefined;
		if (known !== undefined) return known;
		const made = authorize({ ...options, scope, ...(challenge === undefined ? {} : { challenge }) }, context);
		authorizations.set(scope, made);
		return made;
	};

	const sendOnce = async (request: RegistryRequest, url: URL, challenge?: string): Promise<HttpResponse> => {
		const authorization = url.host === base.host ? await authorizationFor(request.scope, challenge) : undefined;
		const body = typeof request.body === 'function' ? await request.body() : request.body;
		return context.send({
			method: request.method,
			url,
			headers: { ...request.headers, ...(authorization === undefined ? {} : { authorization }) },
			...(body === undefined ? {} : { body }),
		});
	};

	const exchange = async (request: RegistryRequest): Promise<HttpResponse> => {
		let url = new URL(request.path, base);
		let challenged = false;
		for (let redirects = 0; redirects <= MAX_REDIRECTS; ) {
			const response = await sendOnce(request, url, undefined);
			if (response.status === 401 && !challenged && url.host === base.host) {
				challenged = true;
				response.body.resume();
				await authorizationFor(request.scope, response.headers['www-authenticate'] ?? '');
				continue;
			}
			const location = response.headers.location;
			const redirected = [301, 302, 303, 307, 308].includes(response.status) && location !== undefined;
			if (!redirected) return response;
			response.body.resume();
			const next = new URL(location, url);
			assertRedirectAllowed(url, next);
			url = next;
			redirects += 1;
		}
		throw new PipelineError({
			code: 'refused',
			attempted: request.attempted,
			answer: `more than ${MAX_REDIRECTS} redirects`,
		});
	};

	return {
		host: options.host,
		request: (request) =>
			retry(
				async () => {
					const response = await exchange(request);
					if (request.accept.includes(response.status)) return response;
					throw await answeredWith(response, request, options.host);
				},
				{
					clock: context.clock,
					random: context.random,
					attempts: request.attempts ?? 6,
					again: (error) => canPass(error, context.clock.now()),
				},
			),
	};
}

/** Says whether trying again can help: the registry was busy, or the connection broke. */
export function canPass(error: unknown, now: number): boolean | { readonly afterMilliseconds: number } {
	if (error instanceof RegistryError) {
		if (!AGAIN.has(error.status)) return false;
		const after = retryAfterMilliseconds(error.retryAfter, now);
		return after === undefined ? true : { afterMilliseconds: after };
	}
	if (error instanceof PipelineError) return false;
	const code = (error as NodeJS.ErrnoException).code;
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

async function answeredWith(response: HttpResponse, request: RegistryRequest, host: string): Promise<RegistryError> {
	const text = (await readBody(response.body, 1024 * 1024).catch(() => Buffer.alloc(0))).toString('utf8');
	const id = response.headers['x-amzn-requestid'] ?? response.headers['x-request-id'];
	const said = ociErrors(text) ?? text.slice(0, 300);
	return new RegistryError(response.status, response.headers['retry-after'], {
		code: codeOf(response.status),
		attempted: request.attempted,
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

function protocolOf({ host, protocol }: RegistryOptions): 'http:' | 'https:' {
	const chosen = protocol ?? (isLoopback(host) ? 'http:' : 'https:');
	if (chosen === 'http:' && !isLoopback(host)) {
		throw new PipelineError({
			code: 'refused',
			attempted: `${host} would be spoken to over plain HTTP`,
			fix: 'Plain HTTP is accepted on loopback only; give the registry a certificate.',
		});
	}
	return chosen;
}
