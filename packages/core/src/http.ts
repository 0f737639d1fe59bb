import { readFileSync } from 'node:fs';
import http, { type IncomingHttpHeaders } from 'node:http';
import https from 'node:https';
import type { Readable } from 'node:stream';
import { rootCertificates } from 'node:tls';
import type { Env } from './inputs.ts';

export interface HttpRequest {
	readonly method: string;
	readonly url: URL;
	readonly headers?: Readonly<Record<string, string>>;
	/** Bytes, or pieces of them, each of which is sent before the next is asked for; pieces want a `content-length` among the headers. */
	readonly body?: Uint8Array | string | AsyncIterable<Uint8Array>;
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
			if (isPieces(body)) sendPieces(body, request).catch(reject);
			else request.end(body);
		});
}

function withLength(headers: Readonly<Record<string, string>>, body: HttpRequest['body']): Record<string, string> {
	if (isPieces(body) || (body === undefined && headers['content-length'] !== undefined)) return { ...headers };
	const length = body === undefined ? 0 : Buffer.byteLength(body);
	return body === undefined ? { ...headers } : { ...headers, 'content-length': String(length) };
}

function isPieces(body: HttpRequest['body']): body is AsyncIterable<Uint8Array> {
	return typeof body === 'object' && Symbol.asyncIterator in body;
}

/** Whatever happens to the request, the source of the pieces is closed. */
async function sendPieces(pieces: AsyncIterable<Uint8Array>, request: http.ClientRequest): Promise<void> {
	// A request that is destroyed before it had a connection calls back for none of its writes.
	let closed = (): void => undefined;
	request.once('close', () => closed());
	for await (const piece of pieces) {
		await new Promise<void>((resolve, reject) => {
			closed = () => reject(request.errored ?? new Error('the request was closed before its body had been sent'));
			request.write(piece, (error) => (error ? reject(error) : resolve()));
		});
	}
	request.end();
}

/**
 * Reads a whole body; its chunks may be overwritten as they come. More than `limit` bytes is an error: no answer of a control
 * plane is that large.
 */
export async function readBody(body: AsyncIterable<Uint8Array>, limit = 64 * 1024 * 1024): Promise<Buffer> {
	const chunks: Buffer[] = [];
	let size = 0;
	for await (const chunk of body) {
		size += chunk.length;
		if (size > limit) throw new Error(`the answer is larger than ${limit} bytes`);
		chunks.push(Buffer.from(chunk));
	}
	return Buffer.concat(chunks);
}
