import { Agent, type IncomingHttpHeaders, request } from 'node:http';

export interface Answer {
	readonly status: number;
	readonly headers: IncomingHttpHeaders;
	readonly body: Buffer;
	readonly json: () => unknown;
}

export interface Sending {
	readonly headers?: Readonly<Record<string, string>>;
	readonly body?: Buffer | string;
}

const agent = new Agent({ keepAlive: false });

/** One request, as bytes on the wire: no redirect is followed, nothing is retried. */
export function send(method: string, url: string, { headers = {}, body }: Sending = {}): Promise<Answer> {
	return new Promise((resolve, reject) => {
		const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
		const outgoing = request(url, { method, agent, headers: { ...length, ...headers } }, (response) => {
			const chunks: Buffer[] = [];
			response.on('data', (chunk: Buffer) => chunks.push(chunk));
			response.on('error', reject);
			response.on('end', () => {
				const bytes = Buffer.concat(chunks);
				const { statusCode: status = 0, headers: answered } = response;
				resolve({ status, headers: answered, body: bytes, json: () => JSON.parse(bytes.toString('utf8')) });
			});
		});
		outgoing.on('error', reject);
		outgoing.end(body);
	});
}
