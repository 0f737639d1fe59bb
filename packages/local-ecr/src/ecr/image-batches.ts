import type {
	BatchDeleteImageRequest,
	BatchDeleteImageResponse,
	BatchGetImageRequest,
	BatchGetImageResponse,
	ImageFailure,
	ImageFailureCode,
	ImageIdentifier,
	Image as ImageShape,
	PutImageRequest,
	PutImageResponse,
} from '@aws-sdk/client-ecr';
import type { Call, Operations } from '../aws/call.ts';
import { assertPermitted, repositoryArn } from '../aws/permissions.ts';
import { imageStatus } from '../registry/archive.ts';
import { findImage, type Image, isReferencedByIndex, recordPull, removeImage, tagsOf } from '../registry/image.ts';
import { cacheRuleFor, pullThrough } from '../registry/pull-through.ts';
import { putImage } from '../registry/put-image.ts';
import type { Repository } from '../registry/repository.ts';
import { scanOnPush } from '../scan/basic.ts';
import { assertCount, repositoryNameOf, required, type Target, targetOf } from './input.ts';
import { identityShape } from './shapes.ts';

function batchGet(input: BatchGetImageRequest, call: Call): BatchGetImageResponse {
	assertCount(input.imageIds, 'imageIds', 100);
	fillCache(input, call);
	const target = targetOf(input, call);
	const images: ImageShape[] = [];
	const failures: ImageFailure[] = [];
	for (const id of input.imageIds ?? []) {
		const found = lookUp(target.repository, id);
		if (!('bytes' in found)) {
			failures.push(found);
			continue;
		}
		if (imageStatus(found, call.world.clock.now()) !== 'ACTIVE') {
			const failureReason = 'Requested image not found';
			failures.push({ imageId: id, failureCode: 'ImageNotFound', failureReason });
			continue;
		}
		recordPull(target.registry, call.principal, found);
		images.push(imageShape(target, found, id.imageTag));
	}
	return { images, failures };
}

/** A repository of a pull-through cache is asked upstream first; the caller must be allowed to bring images in. */
function fillCache(input: BatchGetImageRequest, { own, principal, world }: Call): void {
	const name = repositoryNameOf(input);
	const rule = (input.registryId ?? own.account) === own.account ? cacheRuleFor(own, name) : undefined;
	if (rule === undefined) return;
	const arn = repositoryArn(own.region, own.account, name);
	const facts = { now: own.now(), secure: own.endpoint.startsWith('https:'), resourceTags: {}, requestTags: {} };
	assertPermitted(principal, 'ecr:BatchImportUpstreamImage', arn, facts);
	for (const id of input.imageIds ?? []) pullThrough(world.registries, own, rule, name, id, own.now());
}

function imageShape({ registry, repository }: Target, image: Image, imageTag: string | undefined): ImageShape {
	return {
		...identityShape(registry, repository),
		imageId: { imageDigest: image.digest, imageTag },
		imageManifest: image.bytes.toString('utf8'),
		imageManifestMediaType: image.manifest.mediaType,
	};
}

function lookUp(repository: Repository, id: ImageIdentifier): Image | ImageFailure {
	const failure = (failureCode: ImageFailureCode, failureReason: string): ImageFailure => ({
		imageId: id,
		failureCode,
		failureReason,
	});
	const { imageDigest, imageTag } = id;
	if (imageDigest === undefined && imageTag === undefined)
		return failure('MissingDigestAndTag', 'Invalid request parameters: both tag and digest cannot be null');
	if (imageDigest !== undefined && !/^[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+$/.test(imageDigest))
		return failure(
			'InvalidImageDigest',
			"Invalid request parameters: image digest should satisfy the regex '[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+'",
		);
	const image = findImage(repository, id);
	if (image !== undefined) return image;
	const tagged = imageTag === undefined ? undefined : repository.tags.get(imageTag);
	if (tagged !== undefined && imageDigest !== undefined && repository.images.has(imageDigest))
		return failure('ImageTagDoesNotMatchDigest', 'The image tag and the image digest name different images');
	return failure('ImageNotFound', 'Requested image not found');
}

async function batchDelete(input: BatchDeleteImageRequest, call: Call): Promise<BatchDeleteImageResponse> {
	const { repository } = targetOf(input, call);
	assertCount(input.imageIds, 'imageIds', 100);
	const imageIds: ImageIdentifier[] = [];
	const failures: ImageFailure[] = [];
	for (const id of input.imageIds ?? []) {
		const found = lookUp(repository, id);
		if (!('bytes' in found)) failures.push(found);
		else if (keepsImage(repository, found, id)) imageIds.push(untag(repository, found, id));
		else if (isReferencedByIndex(repository, found.digest)) failures.push(referenced(id));
		else imageIds.push(...deleteWhole(repository, found));
	}
	return { imageIds, failures };
}

/** A tag goes alone while the image has another (API reference, BatchDeleteImage). */
function keepsImage(repository: Repository, image: Image, { imageTag, imageDigest }: ImageIdentifier): boolean {
	return imageTag !== undefined && imageDigest === undefined && tagsOf(repository, image.digest).length > 1;
}

function untag(repository: Repository, image: Image, { imageTag = '' }: ImageIdentifier): ImageIdentifier {
	repository.tags.delete(imageTag);
	return { imageDigest: image.digest, imageTag };
}

function deleteWhole(repository: Repository, { digest: imageDigest }: Image): ImageIdentifier[] {
	const tags = tagsOf(repository, imageDigest);
	removeImage(repository, imageDigest);
	return tags.length === 0 ? [{ imageDigest }] : tags.map((imageTag) => ({ imageDigest, imageTag }));
}

function referenced(imageId: ImageIdentifier): ImageFailure {
	return {
		imageId,
		failureCode: 'ImageReferencedByManifestList',
		failureReason: 'Requested image referenced by manifest list',
	};
}

async function put(input: PutImageRequest, call: Call): Promise<PutImageResponse> {
	const target = targetOf(input, call);
	const { registry, repository } = target;
	const bytes = Buffer.from(required(input.imageManifest, 'imageManifest'), 'utf8');
	const { imageTag } = input;
	const image = await putImage(call.world, registry, repository, {
		bytes,
		mediaType: input.imageManifestMediaType,
		tag: imageTag,
		digest: input.imageDigest,
		repeat: 'refuse',
	});
	scanOnPush(registry, repository, image, call.world.clock);
	return { image: imageShape(target, image, imageTag) };
}

export const imageBatchOperations: Operations = {
	BatchGetImage: batchGet,
	BatchDeleteImage: batchDelete,
	PutImage: put,
};
