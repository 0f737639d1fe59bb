import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import type { Hono } from 'hono';
import type { Certificate } from './certificate.ts';
import type { ServerEnvironment } from './environment.ts';

const HOST = '127.0.0.1';

export interface Listener {
	readonly port: number;
	/** `http://127.0.0.1:5000` */
	readonly origin: string;
	readonly close: () => Promise<void>;
}

/**
 * Serves an app on loopback.
 * @param port 0 for any that is free
 * @param certificate for HTTPS; HTTP without
 */
export async function listen(
	app: Hono<ServerEnvironment>,
	port: number,
	certificate: Certificate | undefined,
): Promise<Listener> {
	// No limit on the length of a request: a layer may be large and the disk slow. Idle connections outlive the pauses of
	// a client, so that none is closed just as it is used again.
	const options = { requestTimeout: 0, keepAliveTimeout: 65_000 };
	const answer = getRequestListener(app.fetch, { overrideGlobalObjects: false });
	const server =
		certificate === undefined
			? createServer(options, answer)
			: createTlsServer({ ...options, key: certificate.key, cert: certificate.cert }, answer);
	await new Promise<void>((resolve, reject) => {
		server.once('error', (error: NodeJS.ErrnoException) =>
			reject(error.code === 'EADDRINUSE' ? taken(error, port) : error),
		);
		server.listen(port, HOST, resolve);
	});
	const address = server.address() as AddressInfo;
	const scheme = certificate === undefined ? 'http' : 'https';
	return { port: address.port, origin: `${scheme}://${HOST}:${address.port}`, close: () => close(server) };
}

function taken(error: NodeJS.ErrnoException, port: number): Error {
	const message = `port ${port} of ${HOST} is taken by another program; --port or --registry choose another, 0 any that is free`;
	return Object.assign(new Error(message, { cause: error }), { code: error.code });
}

function close(server: Server): Promise<void> {
	return new Promise((resolve) => {
		server.close(() => resolve());
		server.closeAllConnections();
	});
}
