import http from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Exchange {
	readonly path: string;
	readonly headers: http.IncomingHttpHeaders;
	readonly body: string;
	readonly answer: string;
}

export interface Forwarder {
	readonly url: string;
	readonly exchanges: readonly Exchange[];
	close(): void;
}

const read = async (stream: http.IncomingMessage): Promise<string> => {
	const chunks: Buffer[] = [];
	for await (const chunk of stream) chunks.push(chunk as Buffer);
	return Buffer.concat(chunks).toString('utf8');
};

/** Stands in front of a server and notes what goes in and out. `answer` may answer in its place. */
export async function startForwarder(
	target: string,
	answer?: (path: string, body: string) => { status: number; body: string } | undefined,
): Promise<Forwarder> {
	const exchanges: Exchange[] = [];
	const server = http.createServer(async (request, response) => {
		const { url: path = '/', method, headers } = request;
		const body = await read(request);
		const own = answer?.(path, body);
		if (own !== undefined) {
			exchanges.push({ path, headers, body, answer: own.body });
			response.writeHead(own.status, { 'content-type': 'text/xml', 'x-amzn-requestid': 'request-1' });
			response.end(own.body);
			return;
		}
		const forwarded = http.request(new URL(path, target), { method, headers }, async (came) => {
			const text = await read(came);
			exchanges.push({ path, headers, body, answer: text });
			response.writeHead(came.statusCode ?? 500, came.headers);
			response.end(text);
		});
		forwarded.end(body);
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		exchanges,
		close() {
			server.closeAllConnections();
			server.close();
		},
	};
}
