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

async function startTls(): Promise<number> {
	const made = spawnSync('openssl', [
		...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=test'],
		...['-addext', 'subjectAltName=DNS:aws.example,DNS:localhost,IP:127.0.0.1'],
		...['-keyout', join(directory, 'key.pem'), '-out', certificate],
	]);
	if (made.status !== 0) throw new Error(String(made.stderr));
	const options = { key: readFileSync(join(directory, 'key.pem')), cert: readFileSync(certificate) };
	return listening(https.createServer(options, forward));
}

/** Runs the login with the services at an origin, and the variables of the case. */
function logInAt(origin: string, env: Readonly<Record<string, string>>) {
	const { pathname, search } = new URL(world.ecr.environment().ACTIONS_ID_TOKEN_REQUEST_URL ?? '');
	const urls = { AWS_ENDPOINT_URL: origin, ACTIONS_ID_TOKEN_REQUEST_URL: `${origin}${pathname}${search}` };
	return world
		.job({ ...urls, ...env })
		.run('ecr-login-oidc', { 'role-to-assume': BUILD.role, 'aws-region': REGION, 'retry-max-attempts': '1' });
}

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
