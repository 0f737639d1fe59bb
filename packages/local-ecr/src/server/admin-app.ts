import { Hono } from 'hono';
import { readFaults } from '../faults/rules.ts';
import { applySeed } from '../seed/apply.ts';
import { SeedError } from '../seed/document.ts';
import { readSeed } from '../seed/read.ts';
import type { World } from '../world.ts';
import type { ServerEnvironment } from './environment.ts';
import { ownPageOnly } from './own-page.ts';
import { PAGE, PAGE_POLICY } from './page.ts';
import type { RequestLog } from './request-log.ts';
import { stateOf } from './state.ts';

/** What a test or a person steers the stand-in with. None of it is AWS, and none of it is in the request log. */
export function adminApp(world: World, log: RequestLog): Hono<ServerEnvironment> {
	const app = new Hono<ServerEnvironment>();
	app.onError((error, c) =>
		c.json({ message: error.message }, error instanceof SeedError || error instanceof SyntaxError ? 400 : 500),
	);
	app.use('/_local/*', ownPageOnly());
	for (const slash of ['', '/'])
		app.get(`/_local${slash}`, (c) => c.html(PAGE, 200, { 'content-security-policy': PAGE_POLICY }));
	app.get('/_local/state', (c) => c.json({ ...stateOf(world), requests: log.last() }));
	app.get('/_local/health', (c) =>
		c.json({
			status: 'ok',
			now: new Date(world.clock.now()).toISOString(),
			registries: world.registries.all().map(({ account, region, endpoint }) => ({ account, region, endpoint })),
		}),
	);
	app.get('/_local/requests', (c) => c.json(log.since(Number(c.req.query('since') ?? 0))));
	app.get('/_local/requests/counts', (c) => c.json(log.counts()));
	app.delete('/_local/requests', (c) => {
		log.clear();
		return c.body(null, 204);
	});
	app.post('/_local/clock', async (c) => {
		const { advanceSeconds } = (await c.req.json()) as { advanceSeconds?: unknown };
		if (typeof advanceSeconds !== 'number' || advanceSeconds < 0)
			return c.json({ message: 'advanceSeconds must be a number of at least 0' }, 400);
		world.clock.advance(advanceSeconds);
		return c.json({ now: new Date(world.clock.now()).toISOString() });
	});
	app.get('/_local/faults', (c) => c.json(world.faults.all()));
	app.post('/_local/faults', async (c) => {
		const { seed, faults } = (await c.req.json()) as { seed?: unknown; faults?: unknown };
		if (seed !== undefined && !Number.isInteger(seed)) return c.json({ message: 'seed must be a whole number' }, 400);
		const rules = readFaults(faults ?? []);
		if (seed !== undefined) world.faults.reseed(Number(seed));
		world.faults.add(rules);
		return c.json(world.faults.all());
	});
	app.delete('/_local/faults', (c) => {
		world.faults.clear();
		return c.body(null, 204);
	});
	app.post('/_local/seed', async (c) => {
		await applySeed(world, readSeed(await c.req.text()));
		return c.body(null, 204);
	});
	return app;
}
