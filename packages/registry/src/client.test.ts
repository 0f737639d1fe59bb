import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { createAgents, createHttpSend, type HttpRequest, type HttpSend, readBody } from '@ecr-pipeline/core';
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

/** A registry in the wide world, played: it answers each request in turn, and what it was sent is written down. */
function played(...answers: { status: number; headers?: Record<string, string>; body?: string }[]) {
	const sent: HttpRequest[] = [];
	const send: HttpSend = async (request) => {
		sent.push(request);
		const { status, headers = {}, body = '' } = answers[sent.length - 1] ?? { status: 500 };
		return { status, headers, body: Readable.from([Buffer.from(body)]) };
	};
	const clock = { now: () => 0, sleep: async () => undefined };
	const client = (options: Partial<RegistryOptions> = {}) =>
		createRegistryClient(
			{ host: 'registry.example', credentials: async () => CREDENTIALS, preemptive: false, ...options },
			{ send, clock, random: () => 0 },
		);
	return { client, sent };
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

describe('a password that goes along by itself', () => {
	it('is asked for anew each time, since it can end while the step runs', async () => {
		const { client, sent } = played({ status: 200 }, { status: 200 });
		let asked = 0;
		const credentials = async () => {
			asked += 1;
			return { username: 'AWS', password: String(asked) };
		};
		const registry = client({ credentials, preemptive: true });
		await registry.request(PING);
		await registry.request(PING);
		const passwords = sent.map(({ headers }) =>
			Buffer.from(headers?.authorization?.slice('Basic '.length) ?? '', 'base64').toString(),
		);
		expect(passwords).toEqual(['AWS:1', 'AWS:2']);
	});

	it('that could not be had is asked for again', async () => {
		const { client } = played({ status: 401, headers: { 'www-authenticate': 'Basic realm="x"' } }, { status: 401 });
		let asked = 0;
		const credentials = async () => {
			asked += 1;
			throw new Error('the helper is busy');
		};
		const registry = client({ credentials });
		await expect(registry.request(PING)).rejects.toThrow('Could not ping: the helper is busy');
		await expect(registry.request({ ...PING, accept: [401] })).rejects.toThrow('the helper is busy');
		expect(asked).toBe(2);
	});
});

describe('a registry with token authentication', () => {
	it.each(['http://tokens.example/token', 'https://169.254.169.254/token'])(
		'gets no password by way of %s',
		async (realm) => {
			const { client, sent } = played({ status: 401, headers: { 'www-authenticate': `Bearer realm="${realm}"` } });
			await expect(client().request(PING)).rejects.toMatchObject({ code: 'refused' });
			expect(sent).toHaveLength(1);
		},
	);

	it('is asked again when it is too busy to give a token', async () => {
		const challenge = { status: 401, headers: { 'www-authenticate': 'Bearer realm="https://tokens.example/"' } };
		const { client, sent } = played(
			challenge,
			{ status: 503 },
			challenge,
			{ status: 200, body: '{"token":"T"}' },
			{ status: 200 },
		);
		await client().request(PING);
		expect(sent.at(-1)?.headers?.authorization).toBe('Bearer T');
	});

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

describe('an address of another host that a registry gives', () => {
	it.each(['http://storage.example/upload', 'https://10.0.0.1/upload', 'http://registry.example/upload'])(
		'is not followed to %s',
		async (address) => {
			const { client, sent } = played({ status: 200 });
			const request = client({ preemptive: true }).request({ ...PING, path: new URL(address) });
			await expect(request).rejects.toMatchObject({ code: 'refused' });
			expect(sent).toEqual([]);
		},
	);
});

/** A body of several chunks, which counts how often it is opened. */
function layer() {
	const opened: Readable[] = [];
	const body = async (): Promise<Readable> => {
		const stream = Readable.from(Array.from({ length: 200 }, () => Buffer.alloc(65_536)));
		opened.push(stream);
		return stream;
	};
	return { opened, body };
}

describe('the body of a request', () => {
	it('is opened anew after a challenge, and the one before is let go', async () => {
		const { host } = await serve((request, response) =>
			end(response, request.headers.authorization === BASIC ? 200 : 401, { 'www-authenticate': 'Basic realm="x"' }),
		);
		const { opened, body } = layer();
		await clientFor(host).client.request({ ...PING, method: 'PUT', body });
		expect(opened).toHaveLength(2);
		expect(opened[0]?.destroyed).toBe(true);
	});

	it('is broken off when the registry refuses it before its end', async () => {
		let taken = 0;
		const server = createServer((request, response) => {
			request.on('data', (chunk: Buffer) => {
				taken += chunk.length;
				request.pause();
				end(response, 403);
			});
		});
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
		closing.push(() => server.close());
		const { opened, body } = layer();
		const { client } = clientFor(`127.0.0.1:${(server.address() as AddressInfo).port}`, { preemptive: true });
		await expect(client.request({ ...PING, method: 'PUT', body })).rejects.toThrow('answered 403');
		for (let tries = 0; opened.some(({ destroyed }) => !destroyed) && tries < 100; tries += 1) await sleep(10);
		expect(opened.map(({ destroyed }) => destroyed)).toEqual([true]);
		expect(taken).toBeLessThan(200 * 65_536);
	});
});

describe('an answer that is cut short', () => {
	it('is asked for again', async () => {
		let left = 1;
		const { host, seen } = await serve((_request, response) => {
			left -= 1;
			if (left < 0) return end(response, 200, {}, 'whole');
			response.writeHead(200, { 'content-length': '100' }).write('a part');
			setImmediate(() => response.destroy());
		});
		const { bytes } = await clientFor(host, { preemptive: true }).client.read(PING, 100);
		expect(bytes.toString()).toBe('whole');
		expect(seen).toHaveLength(2);
	});
});

describe('a registry that cannot be reached', () => {
	it('is named, with what was attempted', async () => {
		const { host } = await serve((request) => request.socket.destroy());
		await expect(clientFor(host, { preemptive: true }).client.request(PING)).rejects.toThrow(
			/^Could not ping: .*(hang up|ECONNRESET).*check the way from this runner to 127/,
		);
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
