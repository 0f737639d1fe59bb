import { setTimeout as sleep } from 'node:timers/promises';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { Context, MiddlewareHandler } from 'hono';
import type { ServerEnvironment } from '../server/environment.ts';
import type { World } from '../world.ts';
import { corrupt, slowDown, truncate } from './body.ts';
import type { Lag } from './lag.ts';
import { refuse } from './refuse.ts';
import type { FaultRule } from './rules.ts';
import { subjectOf } from './subject.ts';

type ApiContext = Context<ServerEnvironment>;

const SLOW_BYTES = 65_536;
const LAG_SECONDS = 5;

/** Makes go wrong what was asked to go wrong. The administrator's own requests are spared. */
export function inject(world: World, lag: Lag): MiddlewareHandler<ServerEnvironment> {
	const { faults } = world;
	return async (c, next) => {
		if (c.req.path.startsWith('/_local') || faults.all().length === 0) {
			await next();
			return undefined;
		}
		const subject = await subjectOf(c, world);
		const rules = faults.strike(subject);
		if (rules.length > 0) {
			c.var.entry.operation = subject.operation;
			c.var.entry.faults = rules.map(({ fault }) => fault);
		}
		for (const rule of rules) if (rule.fault === 'latency') await sleep(rule.ms ?? 0);
		const instead = rules.map((rule) => insteadOfAnswer(c, subject.operation, rule)).find((one) => one !== undefined);
		if (instead !== undefined) return instead;
		for (const rule of rules) spoilBody(c, rule);
		await next();
		await lag.wrote(c);
		for (const rule of rules) await spoilAnswer(c, lag, rule);
		return undefined;
	};
}

/** What keeps the request from being worked on at all. */
function insteadOfAnswer(c: ApiContext, operation: string, rule: FaultRule): Response | undefined {
	switch (rule.fault) {
		case 'throttle':
		case 'error':
		case 'expired-token':
			return refuse(c, operation, rule);
		case 'reset':
			c.env.incoming.socket.resetAndDestroy();
			return RESPONSE_ALREADY_SENT;
		default:
			return undefined;
	}
}

function spoilBody(c: ApiContext, rule: FaultRule): void {
	const { outgoing } = c.env;
	if (rule.fault === 'truncate') truncate(outgoing);
	if (rule.fault === 'wrong-bytes') corrupt(outgoing);
	if (rule.fault === 'slow') slowDown(outgoing, rule.bytesPerSecond ?? SLOW_BYTES);
}

async function spoilAnswer(c: ApiContext, lag: Lag, rule: FaultRule): Promise<void> {
	if (rule.fault === 'lag') await lag.blind(c, rule.seconds ?? LAG_SECONDS);
	if (rule.fault === 'wrong-digest') await changeDigest(c);
}

const other = (digest: string): string => digest.replace(/.$/, (last) => (last === '0' ? '1' : '0'));

/** Names another digest than the one that is meant, in the header or in the JSON. */
async function changeDigest(c: ApiContext): Promise<void> {
	const { res } = c;
	const headers = new Headers(res.headers);
	const named = headers.get('docker-content-digest');
	if (named !== null) headers.set('docker-content-digest', other(named));
	const isJson = headers.get('content-type')?.startsWith('application/x-amz-json') === true;
	const body = isJson
		? (await res.text()).replace(/("(?:imageDigest|layerDigest)":")(sha256:[0-9a-f]{64})/g, (_, name, digest) => {
				return `${name}${other(digest)}`;
			})
		: res.body;
	c.res = undefined;
	c.res = new Response(body, { status: res.status, headers });
}
