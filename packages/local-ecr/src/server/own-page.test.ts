import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { send } from '../../test/http.ts';
import { type LocalEcr, startLocalEcr } from './start.ts';

describe('what steers the stand-in', () => {
	let server: LocalEcr;
	beforeAll(async () => {
		server = await startLocalEcr();
	});
	afterAll(() => server.close());

	const ways: readonly (readonly [method: string, path: string, body: string])[] = [
		['POST', '/_local/seed', 'repositories: [struck]'],
		['POST', '/_local/faults', '{"faults": [{"operation": "*", "fault": "throttle"}]}'],
		['POST', '/_local/clock', '{"advanceSeconds": 86400}'],
		['DELETE', '/_local/faults', ''],
		['DELETE', '/_local/requests', ''],
		['GET', '/_local/state', ''],
		['GET', '/_local/requests', ''],
		['GET', '/_local', ''],
	];
	const ask = (method: string, path: string, body: string, headers: Record<string, string>) =>
		send(method, `${server.url}${path}`, { headers, body });
	const state = async () => (await send('GET', `${server.url}/_local/state`)).json() as { registries: unknown };

	it.each(ways)('does not obey a page of elsewhere, %s %s', async (method, path, body) => {
		const before = (await state()).registries;
		const origins = [
			'https://example.com',
			'null',
			`http://127.0.0.1:${server.port - 1}`,
			`https://127.0.0.1:${server.port}`,
		];

		for (const origin of origins) {
			const { status, json } = await ask(method, path, body, { origin });
			expect(status).toBe(403);
			expect(json()).toEqual({ message: expect.stringContaining(`a page of ${origin} may not steer`) });
		}
		expect((await state()).registries).toEqual(before);
		expect((await send('GET', `${server.url}/_local/faults`)).json()).toEqual([]);
	});

	it.each(ways)('does not obey a name that only leads to loopback, %s %s', async (method, path, body) => {
		for (const host of [
			'rebound.example',
			`rebound.example:${server.port}`,
			'localhost.example',
			'127.0.0.1.example',
		]) {
			// What a rebound page sends: its own origin, which is what it asks.
			const { status, json } = await ask(method, path, body, { host, origin: `http://${host}` });
			expect(status).toBe(403);
			expect(json()).toEqual({ message: expect.stringMatching(/^the Host \S+example is not this machine/) });
		}
	});

	it('obeys programs, and its own page under every name of loopback', async () => {
		const faults = '{"faults": []}';
		for (const name of ['127.0.0.1', 'localhost', 'ecr.localhost', '[::1]']) {
			const host = `${name}:${server.port}`;
			expect((await ask('POST', '/_local/faults', faults, { host })).status).toBe(200);
			expect((await ask('POST', '/_local/faults', faults, { host, origin: `http://${host}` })).status).toBe(200);
		}
	});
});
