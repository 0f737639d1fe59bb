import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { send } from '../../test/http.ts';
import { logIn, pushBlob, type Registry } from '../../test/support.ts';
import { sha256 } from '../ids.ts';
import { type LocalEcr, startLocalEcr } from '../server/start.ts';

/** Begins to read when the connection is full, so that the server has to wait. */
async function readLate(link: string): Promise<Buffer> {
	const [response] = (await once(get(link), 'response')) as [IncomingMessage];
	await sleep(300);
	const chunks: Buffer[] = [];
	for await (const chunk of response) chunks.push(chunk as Buffer);
	return Buffer.concat(chunks);
}

/** Takes the first bytes and goes away. */
async function leave(link: string): Promise<void> {
	const [response] = (await once(get(link), 'response')) as [IncomingMessage];
	await once(response, 'data');
	response.destroy();
}

describe('reading a blob', () => {
	let server: LocalEcr;
	let registry: Registry;
	let digest: string;
	const content = '0123456789';

	beforeAll(async () => {
		server = await startLocalEcr({
			seeds: ['repositories: [app]\nregistries: [{account: "222222222222", repositories: [app]}]'],
		});
		registry = await logIn(server);
		digest = await pushBlob(registry, 'app', content);
	});
	afterAll(() => server.close());

	it('is sent to the storage by 307, which needs no Authorization', async () => {
		const { status, headers } = await registry.send('GET', `/v2/app/blobs/${digest}`);
		const stored = await send('GET', String(headers.location));

		expect(status).toBe(307);
		expect(String(headers.location)).toContain(`${server.url}/_storage/111111111111/us-east-1/${digest}?`);
		expect(stored.body.toString()).toBe(content);
		expect(stored.headers['content-length']).toBe('10');
	});

	it('gives the part that a Range asks for', async () => {
		const { headers } = await registry.send('GET', `/v2/app/blobs/${digest}`);
		const part = (range: string) => send('GET', String(headers.location), { headers: { range } });

		expect(await part('bytes=2-4')).toMatchObject({ status: 206, body: Buffer.from('234') });
		expect((await part('bytes=2-4')).headers['content-range']).toBe('bytes 2-4/10');
		expect((await part('bytes=7-')).body.toString()).toBe('789');
		expect((await part('bytes=-3')).body.toString()).toBe('789');
		expect((await part('bytes=10-')).status).toBe(416);
	});

	it('gives every byte of several large ones at once, to clients that read late, and outlives those that go away', async () => {
		const large = [randomBytes(12_000_001), randomBytes(12_000_001)];
		const links = await Promise.all(
			large.map(async (bytes) => {
				const { headers } = await registry.send('GET', `/v2/app/blobs/${await pushBlob(registry, 'app', bytes)}`);
				return String(headers.location);
			}),
		);
		const leaving = links.flatMap((link) => Array.from({ length: 3 }, () => leave(link)));
		const read = await Promise.all(links.map(readLate));
		await Promise.all(leaving);

		expect(read.map(sha256)).toEqual(large.map(sha256));
		expect((await send('GET', links[0] ?? '')).body.equals(large[0] ?? Buffer.of())).toBe(true);
	});

	it('is refused by a link that was changed, or that is too old', async () => {
		const { headers } = await registry.send('GET', `/v2/app/blobs/${digest}`);
		const link = String(headers.location);
		expect(
			(
				await send(
					'GET',
					link.replace(/.$/, (last) => (last === '0' ? '1' : '0')),
				)
			).status,
		).toBe(403);
		server.advance(3601);
		expect((await send('GET', link)).status).toBe(403);
	});

	it('is unknown in a repository that it was not pushed to', async () => {
		const other = await logIn(server, '222222222222');
		const missing = await other.send('GET', `/v2/app/blobs/${digest}`);
		expect(missing.status).toBe(404);
		expect(missing.json()).toMatchObject({ errors: [{ code: 'BLOB_UNKNOWN' }] });
	});

	it('comes from the registry itself where that was asked for', async () => {
		const direct = await startLocalEcr({ redirectBlobs: false, seeds: ['repositories: [app]'] });
		const there = await logIn(direct);
		await pushBlob(there, 'app', content);
		expect(await there.send('GET', `/v2/app/blobs/${digest}`)).toMatchObject({
			status: 200,
			body: Buffer.from(content),
		});
		await direct.close();
	});
});
