import {
	BatchGetImageCommand,
	DescribeImagesCommand,
	type ECRClient,
	StartImageScanCommand,
	UpdateImageStorageClassCommand,
} from '@aws-sdk/client-ecr';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ecrOf, logIn, type PushedImage, pushImage, type Registry } from '../../test/support.ts';
import { type LocalEcr, startLocalEcr } from '../server/start.ts';

describe('an archived image', () => {
	let server: LocalEcr;
	let ecr: ECRClient;
	let registry: Registry;
	let image: PushedImage;
	const imageId = { imageTag: 'v1' };
	const move = (targetStorageClass: 'ARCHIVE' | 'STANDARD') =>
		ecr.send(new UpdateImageStorageClassCommand({ repositoryName: 'app', imageId, targetStorageClass }));
	const pull = async () => (await registry.send('GET', '/v2/app/manifests/v1')).status;

	beforeEach(async () => {
		server = await startLocalEcr({ seeds: ['repositories: [app]'] });
		ecr = ecrOf(server);
		registry = await logIn(server);
		image = await pushImage(registry, 'app', 'v1');
		await move('ARCHIVE');
	});
	afterEach(() => server.close());

	it('cannot be pulled or scanned, and is described to those who ask for it', async () => {
		expect(await pull()).toBe(404);
		const got = await ecr.send(new BatchGetImageCommand({ repositoryName: 'app', imageIds: [imageId] }));
		expect(got).toMatchObject({ images: [], failures: [{ failureCode: 'ImageNotFound' }] });
		await expect(ecr.send(new StartImageScanCommand({ repositoryName: 'app', imageId }))).rejects.toMatchObject({
			name: 'ImageArchivedException',
		});
		const describeImages = async (input: object) =>
			(await ecr.send(new DescribeImagesCommand({ repositoryName: 'app', ...input }))).imageDetails;
		expect(await describeImages({})).toEqual([]);
		expect(await describeImages({ imageIds: [imageId] })).toMatchObject([
			{ imageDigest: image.digest, imageStatus: 'ARCHIVED', lastArchivedAt: expect.any(Date) },
		]);
		expect(await describeImages({ filter: { imageStatus: 'ARCHIVED' } })).toHaveLength(1);
	});

	it('comes back in its time, and not twice', async () => {
		expect((await move('STANDARD')).imageStatus).toBe('ACTIVATING');
		expect(await pull()).toBe(404);
		server.advance(2);
		expect(await pull()).toBe(200);
		await expect(move('STANDARD')).rejects.toMatchObject({ name: 'ImageStorageClassUpdateNotSupportedException' });
	});

	it('comes back when it is pushed again', async () => {
		await pushImage(registry, 'app', 'v1');
		expect(await pull()).toBe(200);
	});
});
