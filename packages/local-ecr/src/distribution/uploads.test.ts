import { createHash } from 'node:crypto';
import { CreateRepositoryCommand, PutAccountSettingCommand } from '@aws-sdk/client-ecr';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ecrOf, logIn, pushBlob, pushImage, type Registry } from '../../test/support.ts';
import { sha256 } from '../ids.ts';
import { type LocalEcr, startLocalEcr } from '../server/start.ts';

describe('uploading a blob', () => {
	let server: LocalEcr;
	let registry: Registry;
	const content = Buffer.from('what is in the layer');
	const digest = sha256(content);
	const open = async (query = '') => registry.send('POST', `/v2/app/blobs/uploads/${query}`);
	const head = (repository: string, of: string) => registry.send('HEAD', `/v2/${repository}/blobs/${of}`);

	beforeAll(async () => {
		server = await startLocalEcr({ seeds: ['repositories: [app, source, kms/app]'] });
		registry = await logIn(server);
	});
	afterAll(() => server.close());

	it('goes in one PUT after the POST, and is there under its digest', async () => {
		const { status, headers } = await open();
		const done = await registry.send('PUT', `${headers.location}?digest=${digest}`, { body: content });

		expect(status).toBe(202);
		expect(done.status).toBe(201);
		expect(done.headers['docker-content-digest']).toBe(digest);
		expect((await head('app', digest)).headers['content-length']).toBe(String(content.length));
	});

	it('goes in one POST with its digest', async () => {
		const one = Buffer.from('monolithic');
		const done = await registry.send('POST', `/v2/app/blobs/uploads/?digest=${sha256(one)}`, { body: one });
		expect(done.status).toBe(201);
		expect((await head('app', sha256(one))).status).toBe(200);
	});

	it('goes in one PATCH and an empty PUT, which answers the PATCH with 201 as ECR does', async () => {
		const { headers } = await open();
		const body = Buffer.from('patched');
		const patched = await registry.send('PATCH', String(headers.location), { body });
		const done = await registry.send('PUT', `${patched.headers.location}?digest=${sha256(body)}`);

		expect(patched.status).toBe(201);
		expect(patched.headers.range).toBe(`0-${body.length - 1}`);
		expect(done.status).toBe(201);
	});

	it('loses the body of a second PATCH, so that the digest does not match', async () => {
		const { headers } = await open();
		await registry.send('PATCH', String(headers.location), { body: 'first ' });
		const second = await registry.send('PATCH', String(headers.location), { body: 'second' });
		const done = await registry.send('PUT', `${headers.location}?digest=${sha256('first second')}`);

		expect(second.status).toBe(201);
		expect(second.headers.range).toBe('0-5');
		expect(done.status).toBe(400);
		expect(done.json()).toMatchObject({ errors: [{ code: 'DIGEST_INVALID' }] });
	});

	it('keeps nothing when the digest is not the promised one', async () => {
		const { headers } = await open();
		const promised = sha256('something else');
		const done = await registry.send('PUT', `${headers.location}?digest=${promised}`, { body: content });

		expect(done.json()).toMatchObject({ errors: [{ code: 'DIGEST_INVALID' }] });
		expect((await head('app', promised)).status).toBe(404);
		expect((await registry.send('GET', String(headers.location))).status).toBe(404);
	});

	it('is taken by its sha256 digest only', async () => {
		const { headers } = await open();
		const sha512 = `sha512:${createHash('sha512').update(content).digest('hex')}`;
		const done = await registry.send('PUT', `${headers.location}?digest=${sha512}`, { body: content });
		const alone = await open(`?digest=${sha512}`);

		expect([done.status, alone.status]).toEqual([400, 400]);
		expect(done.json()).toMatchObject({ errors: [{ code: 'DIGEST_INVALID' }] });
		expect((await head('app', sha512)).status).toBe(404);
	});

	it('is forgotten after a DELETE', async () => {
		const { headers } = await open();
		expect((await registry.send('GET', String(headers.location))).status).toBe(204);
		expect((await registry.send('DELETE', String(headers.location))).status).toBe(204);
		expect((await registry.send('GET', String(headers.location))).status).toBe(404);
	});

	it('is refused in a repository that does not exist, in the words of ECR', async () => {
		const refused = await registry.send('POST', '/v2/missing/blobs/uploads/');
		expect(refused.status).toBe(404);
		expect(refused.json()).toMatchObject({
			errors: [
				{
					code: 'NAME_UNKNOWN',
					message: "The repository with name 'missing' does not exist in the registry with id '111111111111'",
				},
			],
		});
	});

	describe('by mounting it from another repository', () => {
		const mount = (of: string, into = 'app') =>
			registry.send('POST', `/v2/${into}/blobs/uploads/?mount=${of}&from=source`);

		it('opens a session instead while the account has blob mounting off', async () => {
			const { layer } = await pushImage(registry, 'source', 'off', 'not mountable');
			const answer = await mount(layer);
			expect(answer.status).toBe(202);
			expect((await head('app', layer)).status).toBe(404);
		});

		it('mounts what a manifest of the source names, and nothing else', async () => {
			await ecrOf(server).send(new PutAccountSettingCommand({ name: 'BLOB_MOUNTING', value: 'ENABLED' }));
			const { layer } = await pushImage(registry, 'source', 'on', 'mountable');
			const loose = await pushBlob(registry, 'source', 'in no image');

			expect((await mount(layer)).status).toBe(201);
			expect((await head('app', layer)).status).toBe(200);
			expect((await mount(loose)).status).toBe(202);
			expect((await head('app', loose)).status).toBe(404);
		});

		it('opens a session when the two are encrypted differently', async () => {
			await ecrOf(server).send(
				new CreateRepositoryCommand({
					repositoryName: 'sealed',
					encryptionConfiguration: { encryptionType: 'KMS', kmsKey: 'arn:aws:kms:us-east-1:111111111111:key/1' },
				}),
			);
			const { layer } = await pushImage(registry, 'source', 'on', 'mountable');
			expect((await mount(layer, 'sealed')).status).toBe(202);
		});
	});
});

describe('uploading a blob in chunks, where the registry was started to take them', () => {
	let server: LocalEcr;
	let registry: Registry;

	beforeAll(async () => {
		server = await startLocalEcr({ multiPatch: true, seeds: ['repositories: [app]'] });
		registry = await logIn(server);
	});
	afterAll(() => server.close());

	it('puts them together in order, and refuses one out of order with what comes next', async () => {
		const { headers } = await registry.send('POST', '/v2/app/blobs/uploads/');
		const location = String(headers.location);
		const chunk = (body: string, range: string) =>
			registry.send('PATCH', location, { body, headers: { 'content-range': range } });

		expect((await chunk('first ', '0-5')).status).toBe(202);
		const early = await chunk('third', '12-16');
		expect(early.status).toBe(416);
		expect(early.headers.range).toBe('0-5');
		expect((await chunk('second', '6-11')).headers.range).toBe('0-11');
		const done = await registry.send('PUT', `${location}?digest=${sha256('first second')}`);
		expect(done.status).toBe(201);
	});
});
