import { setTimeout as sleep } from 'node:timers/promises';
import type { MiddlewareHandler } from 'hono';
import type { ServerEnvironment } from './environment.ts';
import type { RequestLog } from './request-log.ts';

const QUIET = /^\/_local(?:\/|$)/;

/** Writes every request but the administrator's own into the log, and adds the latency that was asked for. */
export function observe(log: RequestLog, latencyMs: number, changed: () => void): MiddlewareHandler<ServerEnvironment> {
	return async (c, next) => {
		const { incoming, outgoing } = c.env;
		if (QUIET.test(c.req.path)) {
			await next();
			return;
		}
		const started = performance.now();
		const socketBytes = incoming.socket.bytesWritten;
		const entry = log.start(c.req.raw.method, incoming.url ?? '');
		entry.bytesIn = Number(incoming.headers['content-length'] ?? 0);
		c.set('entry', entry);
		outgoing.once('close', () => {
			entry.status = outgoing.statusCode;
			entry.ms = Math.round((performance.now() - started) * 10) / 10;
			entry.bytesOut = incoming.socket.bytesWritten - socketBytes;
			if (entry.method !== 'GET' && entry.method !== 'HEAD') changed();
		});
		if (latencyMs > 0) await sleep(latencyMs);
		await next();
	};
}
