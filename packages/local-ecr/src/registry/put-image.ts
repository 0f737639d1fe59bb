import { invalidParameter, ServiceError } from '../aws/service-error.ts';
import { sha256 } from '../ids.ts';
import type { World } from '../world.ts';
import { restoreByPush } from './archive.ts';
import { type Image, tagsOf } from './image.ts';
import { isIndex, type Manifest, readManifest, referencedBlobs } from './manifest.ts';
import { isImmutable } from './mutability.ts';
import type { Registry } from './registry.ts';
import type { Repository } from './repository.ts';

const TAG = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,299}$/;
const MANIFEST_BYTES = 4_194_304;
const CONFIG_BYTES = 1_048_576;
/** ECR user guide, "Amazon ECR service quotas" */
const TAGS_PER_IMAGE = 1000;

export interface ImagePut {
	readonly bytes: Buffer;
	readonly mediaType: string | undefined;
	readonly tag: string | undefined;
	/** What the caller expects the digest to be. */
	readonly digest: string | undefined;
	/** PutImage refuses to do again what is done already; a push to the registry does not. */
	readonly repeat: 'refuse' | 'accept';
}

/**
 * Stores a manifest and sets its tag. All that it names must be there first; nothing is stored when anything is wrong.
 * @throws ServiceError InvalidParameterException, ImageDigestDoesNotMatchException, LayersNotFoundException,
 * ReferencedImagesNotFoundException, ImageAlreadyExistsException, ImageTagAlreadyExistsException
 */
export async function putImage(
	world: Pick<World, 'blobs' | 'clock' | 'replication'>,
	registry: Registry,
	repository: Repository,
	put: ImagePut,
): Promise<Image> {
	if (put.bytes.length > MANIFEST_BYTES) throw invalidParameter('imageManifest', `length <= ${MANIFEST_BYTES}`);
	if (put.tag !== undefined && !TAG.test(put.tag))
		throw invalidParameter('imageTag', `must satisfy regular expression '${TAG.source}'`);
	const digest = sha256(put.bytes);
	const where = `repository '${repository.name}' and registry ID '${registry.account}'`;
	if (put.digest !== undefined && put.digest !== digest)
		throw new ServiceError(
			'ImageDigestDoesNotMatchException',
			`The image with digest '${put.digest}' in ${where} does not match the image digest that Amazon ECR has calculated.`,
		);
	const manifest = readManifest(put.bytes, put.mediaType);
	assertComplete(registry, repository, manifest);
	const platform = await platformOf(world, manifest);
	// From here on nothing waits, so that two puts of one tag cannot both pass the check.
	if (put.repeat === 'refuse') assertNew(registry, repository, digest, put.tag);
	assertTagFree(repository, put.tag);
	if (put.tag !== undefined && !repository.tags.has(put.tag) && repository.tags.size >= TAGS_PER_IMAGE)
		if (tagsOf(repository, digest).length >= TAGS_PER_IMAGE)
			throw new ServiceError('LimitExceededException', `An image has no more than ${TAGS_PER_IMAGE} tags`);
	const image = repository.images.get(digest) ?? {
		digest,
		bytes: put.bytes,
		manifest,
		pushedAt: world.clock.now(),
		platform,
		basicScanAt: undefined,
		pulledAt: undefined,
	};
	repository.images.set(digest, image);
	restoreByPush(image, world.clock.now());
	if (put.tag !== undefined) repository.tags.set(put.tag, digest);
	world.replication.schedule(registry, repository, image, put.tag);
	return image;
}

function assertComplete(registry: Registry, repository: Repository, manifest: Manifest): void {
	const missing = (digests: string[], held: { has: (digest: string) => boolean }) =>
		[...new Set(digests)].filter((digest) => !held.has(digest));
	const inRegistry = `required for pushing image into repository with name '${repository.name}' in the registry with id '${registry.account}' do not exist`;
	const layers = missing(
		referencedBlobs(manifest).map((blob) => blob.digest),
		repository.blobs,
	);
	if (layers.length > 0)
		throw new ServiceError('LayersNotFoundException', `Layers with digests '[${layers.join(', ')}]' ${inRegistry}`);
	const children = missing(
		manifest.manifests.map((child) => child.digest),
		repository.images,
	);
	if (children.length > 0)
		throw new ServiceError(
			'ReferencedImagesNotFoundException',
			`Images with digests '[${children.join(', ')}]' ${inRegistry}`,
		);
}

function assertNew(registry: Registry, repository: Repository, digest: string, tag: string | undefined): void {
	const there = tag === undefined ? repository.images.has(digest) : repository.tags.get(tag) === digest;
	if (!there) return;
	throw new ServiceError(
		'ImageAlreadyExistsException',
		`Image with digest '${digest}' and tag '${tag ?? 'null'}' already exists in the repository with name '${repository.name}' in registry with id '${registry.account}'`,
	);
}

function assertTagFree(repository: Repository, tag: string | undefined): void {
	if (tag === undefined || !repository.tags.has(tag) || !isImmutable(repository, tag)) return;
	// The same digest is refused too (aws/containers-roadmap#2179).
	throw new ServiceError(
		'ImageTagAlreadyExistsException',
		`The image tag '${tag}' already exists in the '${repository.name}' repository and cannot be overwritten because the tag is immutable.`,
	);
}

async function platformOf({ blobs }: Pick<World, 'blobs'>, manifest: Manifest): Promise<string | undefined> {
	const { config } = manifest;
	if (isIndex(manifest.mediaType) || config === undefined || config.size > CONFIG_BYTES) return undefined;
	try {
		const { os, architecture, variant } = JSON.parse((await blobs.read(config.digest)).toString('utf8')) as Partial<
			Record<string, string>
		>;
		if (os === undefined || architecture === undefined) return undefined;
		return [os, architecture, variant].filter((part) => part !== undefined && part !== '').join('/');
	} catch {
		// An artifact's config may be anything; only an image's names a platform.
		return undefined;
	}
}
