import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createDownload } from './download.ts';
import { runCommand } from './exec.ts';
import { readBody } from './http.ts';

const BYTES = randomBytes(3_000_000);
const closing: (() => void)[] = [];
afterEach(() => {
	for (const close of closing.splice(0)) close();
});

async function serve(answer: RequestListener): Promise<URL> {
	const server = createServer(answer).listen(0, '127.0.0.1');
	closing.push(() => server.close());
	await once(server, 'listening');
	return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/a/layer?signature=x%2Fy`);
}

const whole: RequestListener = (_request, response) => {
	response.writeHead(200, { 'content-length': BYTES.length }).end(BYTES);
};

describe('a download', () => {
	it('gives exactly the bytes, by the address as it is signed', async () => {
		let asked = '';
		const url = await serve((request, response) => {
			asked = `${request.method} ${request.url} ${request.headers.host}`;
			whole(request, response);
		});
		const body = await createDownload({})(url);
		expect(body && (await readBody(body)).equals(BYTES)).toBe(true);
		expect(asked).toBe(`GET /a/layer?signature=x%2Fy ${url.host}`);
	});

	it('uses two buffers for all of it, however slow its reader is', async () => {
		const body = await createDownload({})(await serve(whole));
		const memory = new Set<ArrayBufferLike>();
		const copied: Buffer[] = [];
		for await (const chunk of body ?? []) {
			if (copied.length < 5) await sleep(5);
			if (copied.length > 0) memory.add(chunk.buffer);
			copied.push(Buffer.from(chunk));
		}
		expect(Buffer.concat(copied).equals(BYTES)).toBe(true);
		expect(memory.size).toBeLessThanOrEqual(2);
	});

	it.each<[string, RequestListener]>([
		['another status', (_request, response) => response.writeHead(503, { 'content-length': 2 }).end('no')],
		['a redirect', (_request, response) => response.writeHead(307, { location: '/', 'content-length': 0 }).end()],
		['an unknown length', (_request, response) => response.writeHead(200).end(BYTES)],
		[
			'another encoding',
			(_request, response) => response.writeHead(200, { 'content-length': 3, 'content-encoding': 'gzip' }).end('abc'),
		],
		[
			'a head without end',
			(request) => {
				request.socket.write(`HTTP/1.1 200 OK\r\n${'X-Long: y\r\n'.repeat(10_000)}`);
			},
		],
	])('leaves %s to the ordinary way', async (_what, answer) => {
		expect(await createDownload({})(await serve(answer))).toBeUndefined();
	});

	it('leaves everything to the ordinary way where a proxy is set', async () => {
		expect(await createDownload({ https_proxy: 'http://127.0.0.1:9' })(await serve(whole))).toBeUndefined();
	});

	it('is broken off with a code that says it can be tried again when the bytes end too early', async () => {
		const url = await serve((request, response) => {
			response.writeHead(200, { 'content-length': BYTES.length }).write(BYTES.subarray(0, 1_000_000));
			setTimeout(() => request.socket.destroy(), 20);
		});
		const body = await createDownload({})(url);
		await expect(readBody(body as AsyncIterable<Buffer>)).rejects.toMatchObject({ code: 'ECONNRESET' });
	});

	it('says where nobody listens', async () => {
		const url = await serve(whole);
		for (const close of closing.splice(0)) close();
		await expect(createDownload({})(url)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
	});

	it('gives no byte beyond the length that was told', async () => {
		const url = await serve((request) => {
			request.socket.write('HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcdef');
		});
		const body = await createDownload({})(url);
		expect(String(await readBody(body as AsyncIterable<Buffer>))).toBe('abc');
	});

	it('closes its connection when its reader breaks off', async () => {
		let closed = false;
		const url = await serve((request, response) => {
			request.socket.on('close', () => {
				closed = true;
			});
			whole(request, response);
		});
		for await (const _ of (await createDownload({})(url)) ?? []) break;
		for (let tries = 0; !closed && tries < 100; tries += 1) await sleep(10);
		expect(closed).toBe(true);
	});
});

describe('a download over TLS', () => {
	it('checks the certificate, by the authorities of AWS_CA_BUNDLE where they are given', async () => {
		const directory = mkdtempSync(join(tmpdir(), 'download-'));
		const key = join(directory, 'key.pem');
		const certificate = join(directory, 'certificate.pem');
		const { exitCode } = await runCommand(
			'openssl',
			[
				...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
				...['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'],
				...['-keyout', key, '-out', certificate],
			],
			{ env: process.env },
		);
		expect(exitCode).toBe(0);
		const server = createSecureServer({ key: readFileSync(key), cert: readFileSync(certificate) }, whole);
		server.listen(0, '127.0.0.1');
		closing.push(() => server.close());
		await once(server, 'listening');
		const url = new URL(`https://localhost:${(server.address() as AddressInfo).port}/layer`);
		await expect(createDownload({})(url)).rejects.toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
		const bundle = join(directory, 'bundle.pem');
		writeFileSync(bundle, readFileSync(certificate));
		const body = await createDownload({ AWS_CA_BUNDLE: bundle })(url);
		expect((await readBody(body as AsyncIterable<Buffer>)).equals(BYTES)).toBe(true);
	});
});
