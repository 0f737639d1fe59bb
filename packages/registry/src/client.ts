import { type Context, type HttpResponse, isLoopback, PipelineError, readBody, retry } from '@ecr-pipeline/core';
import { answeredWith, canPass, namedError } from './answer.ts';
import { type Authorization, authorize, isBearer } from './auth.ts';
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
	/** The same with the whole body of the answer, at most `limit` bytes: one that is cut short is asked for again. */
	read(request: RegistryRequest, limit: number): Promise<{ readonly response: HttpResponse; readonly bytes: Buffer }>;
}

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
		// A password that goes along by itself is asked for anew each time: it can end while the step runs.
		if (challenge === undefined || (options.preemptive && !isBearer(challenge))) return made;
		authorizations.set(scope, made);
		made.catch(() => authorizations.delete(scope));
		return made;
	};

	const sendOnce = async (request: RegistryRequest, url: URL): Promise<Exchange> => {
		const authorization = url.host === base.host ? await authorizationFor(request.scope) : undefined;
		const sending = typeof request.body === 'function' ? new AbortController() : undefined;
		const body = typeof request.body === 'function' ? await request.body() : request.body;
		const response = await context.send({
			method: request.method,
			url,
			headers: { ...request.headers, ...(authorization === undefined ? {} : { authorization }) },
			...(body === undefined ? {} : { body }),
			...(sending === undefined ? {} : { signal: sending.signal }),
		});
		return { response, stop: () => sending?.abort() };
	};

	const exchange = async (request: RegistryRequest): Promise<Exchange> => {
		let url = new URL(request.path, base);
		// The address of an upload session or of a next page is the registry's to choose, as a redirect is.
		if (url.origin !== base.origin) assertRedirectAllowed(base, url);
		let challenged = false;
		for (let redirects = 0; redirects <= MAX_REDIRECTS; ) {
			const { response, stop } = await sendOnce(request, url);
			if (response.status === 401 && !challenged && url.host === base.host) {
				challenged = true;
				response.body.resume();
				stop();
				await authorizationFor(request.scope, response.headers['www-authenticate'] ?? '');
				continue;
			}
			const location = response.headers.location;
			const redirected = [301, 302, 303, 307, 308].includes(response.status) && location !== undefined;
			if (!redirected) return { response, stop };
			response.body.resume();
			stop();
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

	const answered = async <Answer>(
		request: RegistryRequest,
		use: (response: HttpResponse) => Promise<Answer>,
	): Promise<Answer> => {
		const named = { attempted: request.attempted, host: options.host };
		const once = async (): Promise<Answer> => {
			const { response, stop } = await exchange(request);
			if (request.accept.includes(response.status)) return use(response);
			const refusal = await answeredWith(response, named);
			stop();
			throw refusal;
		};
		const { clock, random } = context;
		const again = (error: unknown): ReturnType<typeof canPass> => canPass(error, clock.now());
		try {
			return await retry(once, { clock, random, attempts: request.attempts ?? 6, again });
		} catch (error) {
			throw namedError(error, named);
		}
	};

	return {
		host: options.host,
		request: (request) => answered(request, async (response) => response),
		read: (request, limit) =>
			answered(request, async (response) => ({ response, bytes: await readBody(response.body, limit) })),
	};
}

interface Exchange {
	readonly response: HttpResponse;
	/** Breaks off the request's own body, which may still be on its way: what was refused is not sent to its end. */
	readonly stop: () => void;
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
