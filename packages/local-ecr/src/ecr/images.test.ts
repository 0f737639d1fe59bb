import {
	BatchDeleteImageCommand,
	BatchGetImageCommand,
	CreateRepositoryCommand,
	DescribeImagesCommand,
	type ECRClient,
	ListImageReferrersCommand,
	ListImagesCommand,
	PutImageCommand,
} from '@aws-sdk/client-ecr';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
	ecrOf,
	indexOf,
	logIn,
	OCI_INDEX,
	OCI_MANIFEST,
	pushBlob,
	pushImage,
	putManifest,
	type Registry,
} from '../../test/support.ts';
import { sha256 } from '../ids.ts';
import { type LocalEcr, startLocalEcr } from '../server/start.ts';

describe('images', () => {
	let server: LocalEcr;
	let ecr: ECRClient;
	let registry: Registry;
	const repository = async (repositoryName: string, immutable = false) => {
		const imageTagMutability = immutable ? 'IMMUTABLE' : 'MUTABLE';
		await ecr.send(new CreateRepositoryCommand({ repositoryName, imageTagMutability }));
		return repositoryName;
	};

	beforeAll(async () => {
		server = await startLocalEcr();
		ecr = ecrOf(server);
		registry = await logIn(server);
	});
	afterAll(() => server.close());

	it('are fetched in batches: what is not there is a failure beside what is', async () => {
		const repositoryName = await repository('batch');
		const { digest, manifest } = await pushImage(registry, repositoryName, 'v1');
		const { images, failures } = await ecr.send(
			new BatchGetImageCommand({
				repositoryName,
				imageIds: [{ imageTag: 'v1' }, { imageDigest: digest }, { imageTag: 'v2' }, { imageDigest: 'nonsense' }, {}],
			}),
		);
		expect(images).toEqual([
			{
				registryId: '111111111111',
				repositoryName,
				imageId: { imageDigest: digest, imageTag: 'v1' },
				imageManifest: manifest,
				imageManifestMediaType: OCI_MANIFEST,
			},
			expect.objectContaining({ imageId: { imageDigest: digest } }),
		]);
		expect(failures?.map(({ failureCode }) => failureCode)).toEqual([
			'ImageNotFound',
			'InvalidImageDigest',
			'MissingDigestAndTag',
		]);
	});

	it('are put again under another tag, and refused where they are already', async () => {
		const repositoryName = await repository('put');
		const { digest, manifest: imageManifest } = await pushImage(registry, repositoryName, 'v1');
		const put = (input: { imageTag?: string; imageDigest?: string }) =>
			ecr.send(new PutImageCommand({ repositoryName, imageManifest, ...input }));

		expect((await put({ imageTag: 'v2', imageDigest: digest })).image?.imageId).toEqual({
			imageDigest: digest,
			imageTag: 'v2',
		});
		await expect(put({ imageTag: 'v2' })).rejects.toMatchObject({ name: 'ImageAlreadyExistsException' });
		await expect(put({})).rejects.toMatchObject({ name: 'ImageAlreadyExistsException' });
		await expect(put({ imageTag: 'v3', imageDigest: sha256('other') })).rejects.toMatchObject({
			name: 'ImageDigestDoesNotMatchException',
		});
	});

	it('do not move an immutable tag: one error for the same digest, another for another', async () => {
		const repositoryName = await repository('immutable', true);
		const first = await pushImage(registry, repositoryName, 'v1', 'first');
		const second = await pushImage(registry, repositoryName, '', 'second');
		const put = (imageManifest: string) =>
			ecr.send(new PutImageCommand({ repositoryName, imageManifest, imageTag: 'v1' }));

		await expect(put(first.manifest)).rejects.toMatchObject({ name: 'ImageAlreadyExistsException' });
		await expect(put(second.manifest)).rejects.toMatchObject({
			name: 'ImageTagAlreadyExistsException',
			message:
				"The image tag 'v1' already exists in the 'immutable' repository and cannot be overwritten because the tag is immutable.",
		});
	});

	it('are refused while what they name is missing', async () => {
		const repositoryName = await repository('incomplete');
		const { manifest } = await pushImage(registry, await repository('complete'), 'v1');
		const child = { digest: sha256('no child'), manifest: 'x', layer: '' };
		const put = (imageManifest: string) => ecr.send(new PutImageCommand({ repositoryName, imageManifest }));

		await expect(put(manifest)).rejects.toMatchObject({ name: 'LayersNotFoundException' });
		await expect(put(indexOf([child]))).rejects.toMatchObject({ name: 'ReferencedImagesNotFoundException' });
	});

	it('are described with tags, size, time and type; an unknown one is an error', async () => {
		const repositoryName = await repository('described');
		const { digest } = await pushImage(registry, repositoryName, 'v1', '12345');
		await pushImage(registry, repositoryName, 'v2', '12345');
		const untagged = await pushImage(registry, repositoryName, '', 'no tag');
		const { imageDetails = [] } = await ecr.send(
			new DescribeImagesCommand({ repositoryName, imageIds: [{ imageTag: 'v1' }] }),
		);
		const withoutTag = await ecr.send(new DescribeImagesCommand({ repositoryName, filter: { tagStatus: 'UNTAGGED' } }));
		const unknown = ecr.send(new DescribeImagesCommand({ repositoryName, imageIds: [{ imageTag: 'v9' }] }));

		expect(imageDetails).toEqual([
			{
				registryId: '111111111111',
				repositoryName,
				imageDigest: digest,
				imageTags: ['v1', 'v2'],
				imageSizeInBytes: expect.any(Number),
				imagePushedAt: expect.any(Date),
				imageManifestMediaType: OCI_MANIFEST,
				artifactMediaType: 'application/vnd.oci.image.config.v1+json',
				imageStatus: 'ACTIVE',
			},
		]);
		expect(withoutTag.imageDetails?.map(({ imageDigest }) => imageDigest)).toEqual([untagged.digest]);
		await expect(unknown).rejects.toMatchObject({
			name: 'ImageNotFoundException',
			message:
				"The image with imageId {imageDigest:'null', imageTag:'v9'} does not exist within the repository with name 'described' in the registry with id '111111111111'",
		});
	});

	it('are listed once for each tag', async () => {
		const repositoryName = await repository('listed');
		const { digest } = await pushImage(registry, repositoryName, 'v1');
		await pushImage(registry, repositoryName, 'v2');
		const first = await ecr.send(new ListImagesCommand({ repositoryName, maxResults: 1 }));
		const rest = await ecr.send(new ListImagesCommand({ repositoryName, nextToken: first.nextToken }));
		expect([...(first.imageIds ?? []), ...(rest.imageIds ?? [])]).toEqual([
			{ imageDigest: digest, imageTag: 'v1' },
			{ imageDigest: digest, imageTag: 'v2' },
		]);
		expect(rest.nextToken).toBeUndefined();
	});

	it('lose a tag before they go with their last one, but never out of an index', async () => {
		const repositoryName = await repository('deleted');
		const child = await pushImage(registry, repositoryName, '', 'child');
		const { digest } = await pushImage(registry, repositoryName, 'v1', 'whole');
		await pushImage(registry, repositoryName, 'v2', 'whole');
		await putManifest(registry, repositoryName, 'index', indexOf([child]), OCI_INDEX);
		const remove = (id: { imageTag?: string; imageDigest?: string }) =>
			ecr.send(new BatchDeleteImageCommand({ repositoryName, imageIds: [id] }));
		const digests = async () =>
			new Set((await ecr.send(new ListImagesCommand({ repositoryName }))).imageIds?.map((id) => id.imageDigest));

		expect((await remove({ imageTag: 'v1' })).imageIds).toEqual([{ imageDigest: digest, imageTag: 'v1' }]);
		expect(await digests()).toContain(digest);
		await remove({ imageTag: 'v2' });
		expect(await digests()).not.toContain(digest);
		expect((await remove({ imageDigest: child.digest })).failures?.[0]?.failureCode).toBe(
			'ImageReferencedByManifestList',
		);
		expect((await remove({ imageTag: 'v1' })).failures?.[0]?.failureCode).toBe('ImageNotFound');
	});

	it('are found as referrers of their subject, page by page', async () => {
		const repositoryName = await repository('referred');
		const subject = await pushImage(registry, repositoryName, 'v1');
		const empty = await pushBlob(registry, repositoryName, '{}');
		for (const number of [1, 2, 3]) {
			const manifest = JSON.stringify({
				schemaVersion: 2,
				mediaType: OCI_MANIFEST,
				artifactType: number === 3 ? 'application/other' : 'application/sbom',
				config: { mediaType: 'application/vnd.oci.empty.v1+json', digest: empty, size: 2 },
				layers: [],
				subject: { mediaType: OCI_MANIFEST, digest: subject.digest, size: 1 },
				annotations: { number: String(number) },
			});
			await putManifest(registry, repositoryName, sha256(manifest), manifest, OCI_MANIFEST);
		}
		const list = (nextToken?: string, artifactTypes?: string[]) =>
			ecr.send(
				new ListImageReferrersCommand({
					repositoryName,
					subjectId: { imageDigest: subject.digest },
					maxResults: 2,
					nextToken,
					filter: artifactTypes === undefined ? undefined : { artifactTypes },
				}),
			);
		const first = await list();
		const rest = await list(first.nextToken);
		const other = await list(undefined, ['application/other']);

		expect(first.referrers).toHaveLength(2);
		expect(rest.referrers).toHaveLength(1);
		expect(rest.nextToken).toBeUndefined();
		expect(other.referrers).toMatchObject([{ artifactType: 'application/other', annotations: { number: '3' } }]);
	});
});
