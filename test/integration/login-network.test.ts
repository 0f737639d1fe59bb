import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import net, { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BUILD, REGION, startWorld, type TestWorld } from './world.ts';

let world: TestWorld;
const servers: http.Server[] = [];
const directory = mkdtempSync(join(tmpdir(), 'ca-'));
const certificate = join(directory, 'ca.pem');
beforeAll(async () => {
	world = await startWorld();
});
afterAll(async () => {
	for (const server of servers) {
		server.closeAllConnections();
		server.close();
	}
	await world.close();
});

async function listening(server: http.Server): Promise<number> {
	servers.push(server);
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	return (server.address() as AddressInfo).port;
}

/** Passes everything on to the local ECR, whatever host was asked for. */
function forward(request: http.IncomingMessage, response: http.ServerResponse): void {
	const { port } = world.ecr;
	const { pathname, search } = new URL(request.url ?? '/', 'http://any');
	const options = {
		port,
		host: '127.0.0.1',
		path: `${pathname}${search}`,
		method: request.method,
		headers: request.headers,
	};
	request.pipe(
		http.request(options, (answer) => {
			response.writeHead(answer.statusCode ?? 500, answer.headers);
			answer.pipe(response);
		}),
	);
}

/** A forward proxy that also takes CONNECT; every host is the local ECR, or the TLS server in front of it. */
async function startProxy(tlsPort = 0): Promise<{ url: string; asked: string[] }> {
	const asked: string[] = [];
	const proxy = http.createServer((request, response) => {
		asked.push(`${request.method} ${new URL(request.url ?? '').host}`);
		forward(request, response);
	});
	proxy.on('connect', (request, socket) => {
		asked.push(`CONNECT ${request.url}`);
		const through = net.connect(tlsPort, '127.0.0.1', () => {
			socket.write('HTTP/1.1 200 OK\r\n\r\n');
			through.pipe(socket).pipe(through);
		});
		for (const end of [through, socket]) end.on('error', () => undefined);
	});
	return { url: `http://127.0.0.1:${await listening(proxy)}`, asked };
}

async function startTls(answer: http.RequestListener = forward): Promise<number> {
	const made = spawnSync('openssl', [
		...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=test'],
		...['-addext', 'subjectAltName=DNS:aws.example,DNS:localhost,IP:127.0.0.1'],
		...['-keyout', join(directory, 'key.pem'), '-out', certificate],
	]);
	if (made.status !== 0) throw new Error(String(made.stderr));
	const options = { key: readFileSync(join(directory, 'key.pem')), cert: readFileSync(certificate) };
	return listening(https.createServer(options, answer));
}

/** Runs the login with the services at an origin, and the variables of the case. */
function logInAt(origin: string, env: Readonly<Record<string, string>>) {
	const { pathname, search } = new URL(world.ecr.environment().ACTIONS_ID_TOKEN_REQUEST_URL ?? '');
	const urls = { AWS_ENDPOINT_URL: origin, ACTIONS_ID_TOKEN_REQUEST_URL: `${origin}${pathname}${search}` };
	return world
		.job({ ...urls, ...env })
		.run('ecr-login-oidc', { 'role-to-assume': BUILD.role, 'aws-region': REGION, 'retry-max-attempts': '1' });
}

describe('a GitHub Enterprise Server', () => {
	// The address that a runner of GHES gives its jobs; with a certificate of the company's own, and a query of its own.
	const PATH = '/_services/pipelines/abc/_apis/distributedtask/hubs/Actions/plans/p/jobs/j/idtoken?api-version=2.0';
	const asked: (readonly [url: string | undefined, authorization: string | undefined])[] = [];

	/** Logs in where the server hands out what it is told to. */
	async function logInThere(token: () => Promise<string>) {
		asked.length = 0;
		const port = await startTls(async (request, response) => {
			asked.push([request.url, request.headers.authorization]);
			response.setHeader('content-type', 'application/json');
			response.end(JSON.stringify({ value: await token() }));
		});
		const job = world.job({
			ACTIONS_ID_TOKEN_REQUEST_URL: `https://localhost:${port}${PATH}`,
			ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'of-the-job',
			NODE_EXTRA_CA_CERTS: certificate,
			GITHUB_SERVER_URL: `https://localhost:${port}`,
			GITHUB_API_URL: `https://localhost:${port}/api/v3`,
			GITHUB_GRAPHQL_URL: `https://localhost:${port}/api/graphql`,
		});
		return job.run('ecr-login-oidc', { 'role-to-assume': BUILD.role, 'aws-region': REGION });
	}

	it('is asked for the token at its own address, once, with what stands in that address', async () => {
		const { ACTIONS_ID_TOKEN_REQUEST_URL: url = '', ACTIONS_ID_TOKEN_REQUEST_TOKEN: bearer } = world.ecr.environment();
		const { errors } = await logInThere(async () => {
			const own = await fetch(`${url}&audience=sts.amazonaws.com`, { headers: { authorization: `bearer ${bearer}` } });
			return ((await own.json()) as { value: string }).value;
		});
		expect(errors).toEqual([]);
		expect(asked).toEqual([[`${PATH}&audience=sts.amazonaws.com`, 'bearer of-the-job']]);
	});

	it('is named as the issuer whose keys AWS could not read', async () => {
		const claims = {
			iss: 'https://ghe.example/_services/token',
			aud: 'sts.amazonaws.com',
			sub: 'repo:o/r:ref:refs/heads/m',
		};
		const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
		const { errors } = await logInThere(async () => [part({ alg: 'RS256' }), part(claims), part({})].join('.'));
		expect(errors).toEqual([
			expect.stringMatching(
				/ {2}iss: https:\/\/ghe\.example\/[\s\S]*keys of the issuer https:\/\/ghe\.example\/_services\/token,/,
			),
		]);
		expect(asked).toHaveLength(2);
	});
});

describe('a proxy', () => {
	it('carries every request where HTTP_PROXY names it, and none that NO_PROXY names', async () => {
		const { url, asked } = await startProxy();
		const through = await logInAt('http://aws.example', { HTTP_PROXY: url });
		expect(through.errors).toEqual([]);
		expect(asked).toEqual(['GET aws.example', 'POST aws.example', 'POST aws.example']);
		asked.length = 0;
		const past = await logInAt(world.ecr.url, { HTTP_PROXY: url, NO_PROXY: '127.0.0.1' });
		expect([past.errors, asked]).toEqual([[], []]);
	});
});

describe('a server with a certificate of an own authority', () => {
	let port = 0;
	beforeAll(async () => {
		port = await startTls();
	});

	it.each(['AWS_CA_BUNDLE', 'NODE_EXTRA_CA_CERTS'])('is trusted by %s', async (name) => {
		const { errors } = await logInAt(`https://127.0.0.1:${port}`, { [name]: certificate });
		expect(errors).toEqual([]);
	});

	it('is refused without', async () => {
		const { errors } = await logInAt(`https://127.0.0.1:${port}`, {});
		expect(errors[0]).toMatch(/certificate/);
	}, 60_000);

	it('is reached through HTTPS_PROXY by CONNECT', async () => {
		const { url, asked } = await startProxy(port);
		const { errors } = await logInAt('https://aws.example', { HTTPS_PROXY: url, AWS_CA_BUNDLE: certificate });
		expect(errors).toEqual([]);
		expect(new Set(asked)).toEqual(new Set(['CONNECT aws.example:443']));
	});
});
