import { randomBytes } from 'node:crypto';
import {
	BatchCheckLayerAvailabilityCommand,
	CompleteLayerUploadCommand,
	type ECRClient,
	GetDownloadUrlForLayerCommand,
	InitiateLayerUploadCommand,
	UploadLayerPartCommand,
} from '@aws-sdk/client-ecr';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { send } from '../../test/http.ts';
import { ecrOf, logIn, pushBlob, pushImage } from '../../test/support.ts';
import { sha256 } from '../ids.ts';
import { type LocalEcr, startLocalEcr } from '../server/start.ts';

describe('layers', () => {
	let server: LocalEcr;
	let ecr: ECRClient;
	const repositoryName = 'app';

	beforeAll(async () => {
		server = await startLocalEcr({ seeds: ['repositories: [app]'] });
		ecr = ecrOf(server);
	});
	afterAll(() => server.close());

	it('are looked for in batches', async () => {
		const there = await pushBlob(await logIn(server), 'app', 'here it is');
		const missing = sha256('missing');
		const { layers, failures } = await ecr.send(
			new BatchCheckLayerAvailabilityCommand({ repositoryName, layerDigests: [there, missing, 'nonsense'] }),
		);
		expect(layers).toEqual([
			{ layerDigest: there, layerAvailability: 'AVAILABLE', layerSize: 10 },
			{ layerDigest: missing, layerAvailability: 'UNAVAILABLE' },
		]);
		expect(failures).toMatchObject([{ layerDigest: 'nonsense', failureCode: 'InvalidLayerDigest' }]);
	});

	it('are downloaded from an address of their own, once an image holds them', async () => {
		const registry = await logIn(server);
		const { layer } = await pushImage(registry, 'app', 'v1', 'to download');
		const loose = await pushBlob(registry, 'app', 'in no image');
		const url = (layerDigest: string) => ecr.send(new GetDownloadUrlForLayerCommand({ repositoryName, layerDigest }));

		const { downloadUrl = '' } = await url(layer);
		expect((await send('GET', downloadUrl)).body.toString()).toBe('to download');
		await expect(url(loose)).rejects.toMatchObject({ name: 'LayerInaccessibleException' });
		await expect(url(sha256('missing'))).rejects.toMatchObject({ name: 'LayersNotFoundException' });
	});

	describe('uploaded in parts', () => {
		const content = randomBytes(6 * 1024 * 1024);
		const digest = sha256(content);
		const initiate = async () => {
			const { uploadId = '' } = await ecr.send(new InitiateLayerUploadCommand({ repositoryName }));
			return uploadId;
		};
		const part = (uploadId: string, first: number, bytes: Buffer) =>
			ecr.send(
				new UploadLayerPartCommand({
					repositoryName,
					uploadId,
					partFirstByte: first,
					partLastByte: first + bytes.length - 1,
					layerPartBlob: bytes,
				}),
			);
		const complete = (uploadId: string, layerDigest = digest) =>
			ecr.send(new CompleteLayerUploadCommand({ repositoryName, uploadId, layerDigests: [layerDigest] }));

		it('are put together, in order only', async () => {
			const uploadId = await initiate();
			const half = 5 * 1024 * 1024;
			await part(uploadId, 0, content.subarray(0, half));
			await expect(part(uploadId, half + 1, content.subarray(half + 1))).rejects.toMatchObject({
				name: 'InvalidLayerPartException',
			});
			const { lastByteReceived } = await part(uploadId, half, content.subarray(half));
			expect(lastByteReceived).toBe(content.length - 1);
			expect((await complete(uploadId)).layerDigest).toBe(digest);
			const again = await initiate();
			await part(again, 0, content);
			await expect(complete(again)).rejects.toMatchObject({ name: 'LayerAlreadyExistsException' });
		});

		it('are refused when empty, of another digest, too small in the middle, or after their end', async () => {
			await expect(complete(await initiate())).rejects.toMatchObject({ name: 'EmptyUploadException' });
			const wrong = await initiate();
			await part(wrong, 0, Buffer.from('something'));
			await expect(complete(wrong, sha256('else'))).rejects.toMatchObject({ name: 'InvalidLayerException' });
			const small = await initiate();
			await part(small, 0, Buffer.from('small'));
			await part(small, 5, Buffer.from('next'));
			await expect(complete(small, sha256('smallnext'))).rejects.toMatchObject({
				name: 'LayerPartTooSmallException',
			});
			await expect(complete(wrong)).rejects.toMatchObject({ name: 'UploadNotFoundException' });
		});
	});
});
