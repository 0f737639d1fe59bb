import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAgents, createHttpSend, readBody } from '@ecr-pipeline/core';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createRegistryClient, type RegistryClient, type RegistryOptions } from './client.ts';

const CREDENTIALS = { username: 'AWS', password: 'secret' };
const BASIC = `Basic ${Buffer.from('AWS:secret').toString('base64')}`;

const closing: (() => void)[] = [];
afterEach(() => {
	for (const close of closing.splice(0)) close();
});

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

async function serve(answer: Answer): Promise<{ host: string; seen: IncomingMessage[] }> {
	const seen: IncomingMessage[] = [];
	const server = createServer((request, response) => {
		seen.push(request);
		request.resume();
		answer(request, response);
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	closing.push(() => server.close());
	return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

function clientFor(host: string, options: Partial<RegistryOptions> = {}): { client: RegistryClient; pauses: number[] } {
	const agents = createAgents({});
	closing.push(() => agents.httpAgent.destroy());
	const pauses: number[] = [];
	const clock = { now: () => 0, sleep: async (milliseconds: number) => void pauses.push(milliseconds) };
	const client = createRegistryClient(
		{ host, credentials: async () => CREDENTIALS, preemptive: false, ...options },
		{ send: createHttpSend(agents), clock, random: () => 0 },
	);
	return { client, pauses };
}

const PING = {
	method: 'GET',
	path: '/v2/',
	accept: [200],
	attempted: 'Could not ping',
	scope: 'repository:app:pull',
} as const;

function end(response: ServerResponse, status: number, headers: Record<string, string> = {}, body = ''): void {
	response.writeHead(status, headers).end(body);
}

describe('a registry that takes Basic credentials', () => {
	it('gets them with the first request, where it is known to', async () => {
		const { host, seen } = await serve((_request, response) => end(response, 200));
		await clientFor(host, { preemptive: true }).client.request(PING);
		expect(seen.map(({ headers }) => headers.authorization)).toEqual([BASIC]);
	});

	it('gets them after its challenge, and is not challenged again', async () => {
		const { host, seen } = await serve((request, response) =>
			end(response, request.headers.authorization === BASIC ? 200 : 401, { 'www-authenticate': 'Basic realm="x"' }),
		);
		const { client } = clientFor(host);
		await client.request(PING);
		await client.request(PING);
		expect(seen.map(({ headers }) => headers.authorization)).toEqual([undefined, BASIC, BASIC]);
	});
});

describe('a registry with token authentication', () => {
	it('gets the token of the scope it asked for', async () => {
		const { host, seen } = await serve((request, response) => {
			if (request.url?.startsWith('/token')) return end(response, 200, {}, '{"token":"T"}');
			const challenge = `Bearer realm="http://${request.headers.host}/token",service="s",scope="repository:app:pull"`;
			return end(response, request.headers.authorization === 'Bearer T' ? 200 : 401, { 'www-authenticate': challenge });
		});
		await clientFor(host).client.request(PING);
		expect(seen.map(({ url }) => url)).toEqual(['/v2/', '/token?service=s&scope=repository%3Aapp%3Apull', '/v2/']);
		expect(seen[1]?.headers.authorization).toBe(BASIC);
	});
});

describe('a redirect', () => {
	it('never carries the credentials to another host', async () => {
		const storage = await serve((_request, response) => end(response, 200, {}, 'blob'));
		const { host } = await serve((_request, response) =>
			end(response, 307, { location: `http://${storage.host}/blob` }),
		);
		const response = await clientFor(host, { preemptive: true }).client.request(PING);
		expect((await readBody(response.body)).toString()).toBe('blob');
		expect(storage.seen.map(({ headers }) => headers.authorization)).toEqual([undefined]);
	});
});

describe('a registry that is busy', () => {
	it('is asked again after the time it named', async () => {
		let left = 2;
		const { host } = await serve((_request, response) => {
			left -= 1;
			end(response, left >= 0 ? 429 : 200, { 'retry-after': '3' });
		});
		const { client, pauses } = clientFor(host, { preemptive: true });
		await client.request(PING);
		expect(pauses).toEqual([3000, 3000]);
	});

	it('is asked again when the connection breaks', async () => {
		let left = 1;
		const { host } = await serve((request, response) => {
			left -= 1;
			if (left >= 0) request.socket.destroy();
			else end(response, 200);
		});
		await expect(clientFor(host, { preemptive: true }).client.request(PING)).resolves.toMatchObject({ status: 200 });
	});
});

describe('a refusal', () => {
	it('is told with what the registry said, its request id and what to do', async () => {
		const body = '{"errors":[{"code":"DENIED","message":"not yours"}]}';
		const { host } = await serve((_request, response) => end(response, 403, { 'x-amzn-requestid': 'id-1' }, body));
		await expect(clientFor(host, { preemptive: true }).client.request(PING)).rejects.toThrow(
			`Could not ping: ${host} answered 403 DENIED: not yours (request id id-1). Log in to ${host}`,
		);
	});
});

it('speaks plain HTTP to no host but this machine', () => {
	expect(() => clientFor('registry.example', { protocol: 'http:' })).toThrow('plain HTTP');
});
