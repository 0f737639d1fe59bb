import { readFileSync } from 'node:fs';
import http, { type IncomingHttpHeaders } from 'node:http';
import https from 'node:https';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { rootCertificates } from 'node:tls';
import type { Env } from './inputs.ts';

export interface HttpRequest {
	readonly method: string;
	readonly url: URL;
	readonly headers?: Readonly<Record<string, string>>;
	/** Bytes, or a stream; a stream wants a `content-length` among the headers, or it is sent in chunks. */
	readonly body?: Uint8Array | string | Readable;
	readonly signal?: AbortSignal;
}

export interface HttpResponse {
	readonly status: number;
	readonly headers: IncomingHttpHeaders;
	/** Must be read or destroyed, or the connection stays taken. */
	readonly body: Readable;
}

/** Sends one request, follows nothing, retries nothing. Errors are those of the connection. */
export type HttpSend = (request: HttpRequest) => Promise<HttpResponse>;

export interface HttpAgents {
	readonly httpAgent: http.Agent;
	readonly httpsAgent: https.Agent;
}

// A connection on which nothing moves for this long is dead.
const IDLE_MILLISECONDS = 60_000;

/**
 * Keep-alive agents for everything the suite sends, the AWS SDK included. Node itself honours HTTPS_PROXY, HTTP_PROXY and
 * NO_PROXY for an agent that is given them as `proxyEnv` (Node 24.5 and later). AWS_CA_BUNDLE is read here because the
 * JavaScript SDK does not read it; NODE_EXTRA_CA_CERTS is read by Node.
 */
export function createAgents(env: Env): HttpAgents {
	const options = { keepAlive: true, maxSockets: 256, proxyEnv: env as NodeJS.ProcessEnv };
	const bundle = env.AWS_CA_BUNDLE;
	return {
		httpAgent: new http.Agent(options),
		httpsAgent: new https.Agent(
			bundle === undefined || bundle === ''
				? options
				: { ...options, ca: [...rootCertificates, readFileSync(bundle, 'utf8')] },
		),
	};
}

/** Sends over Node's own client, which streams bodies both ways with back-pressure and lets Content-Length be set. */
export function createHttpSend(agents: HttpAgents): HttpSend {
	return ({ method, url, headers = {}, body, signal }) =>
		new Promise((resolve, reject) => {
			const secure = url.protocol === 'https:';
			const request = (secure ? https : http).request(
				url,
				{
					method,
					headers: withLength(headers, body),
					agent: secure ? agents.httpsAgent : agents.httpAgent,
					...(signal === undefined ? {} : { signal }),
				},
				(response) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: response }),
			);
			request.setTimeout(IDLE_MILLISECONDS, () =>
				request.destroy(
					Object.assign(new Error(`${method} ${url.host} sent nothing for ${IDLE_MILLISECONDS / 1000} s`), {
						code: 'ETIMEDOUT',
					}),
				),
			);
			request.on('error', reject);
			if (body instanceof Readable) pipeline(body, request).catch(reject);
			else request.end(body);
		});
}

function withLength(headers: Readonly<Record<string, string>>, body: HttpRequest['body']): Record<string, string> {
	if (body instanceof Readable || (body === undefined && headers['content-length'] !== undefined))
		return { ...headers };
	const length = body === undefined ? 0 : Buffer.byteLength(body);
	return body === undefined ? { ...headers } : { ...headers, 'content-length': String(length) };
}

/** Reads a whole body. More than `limit` bytes is an error: no answer of a control plane is that large. */
export async function readBody(body: Readable, limit = 64 * 1024 * 1024): Promise<Buffer> {
	const chunks: Buffer[] = [];
	let size = 0;
	for await (const chunk of body as AsyncIterable<Buffer>) {
		size += chunk.length;
		if (size > limit) {
			body.destroy();
			throw new Error(`the answer is larger than ${limit} bytes`);
		}
		chunks.push(chunk);
	}
	return Buffer.concat(chunks);
}
