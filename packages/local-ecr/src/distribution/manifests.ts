import { assertPermitted, repositoryArn } from '../aws/permissions.ts';
import { imageStatus } from '../registry/archive.ts';
import { findImage, type Image, imageOf, recordPull, removeImage } from '../registry/image.ts';
import { cacheRuleFor, pullThrough } from '../registry/pull-through.ts';
import { putImage } from '../registry/put-image.ts';
import { scanOnPush } from '../scan/basic.ts';
import type { World } from '../world.ts';
import { enter, isHead, type RegistryContext } from './context.ts';
import { DistributionError } from './errors.ts';

/** A manifest by tag or digest, byte for byte as it was pushed. */
export function getManifest(c: RegistryContext, world: World): Response {
	fillCache(c, world);
	const repository = enter(c, isHead(c) ? 'HeadManifest' : 'GetManifest', 'BatchGetImage');
	const image = findImage(repository, imageIdOf(c));
	if (image === undefined || imageStatus(image, world.clock.now()) !== 'ACTIVE')
		throw new DistributionError('MANIFEST_UNKNOWN', 404, 'Requested image not found');
	recordPull(c.var.registry, c.var.principal, image);
	const headers = {
		'content-type': image.manifest.mediaType,
		'content-length': String(image.bytes.length),
		'docker-content-digest': image.digest,
	};
	return isHead(c) ? c.body(null, 200, headers) : c.body(new Uint8Array(image.bytes), 200, headers);
}

/** A repository of a pull-through cache is asked upstream first; the caller must be allowed to bring images in. */
function fillCache(c: RegistryContext, { registries, clock }: World): void {
	const name = c.req.param('name') ?? '';
	const { registry, principal } = c.var;
	const rule = cacheRuleFor(registry, name);
	if (rule === undefined || principal.account !== registry.account) return;
	assertPermitted(principal, 'ecr:BatchImportUpstreamImage', repositoryArn(registry.region, registry.account, name));
	pullThrough(registries, registry, rule, name, imageIdOf(c), clock.now());
}

export async function putManifest(c: RegistryContext, world: World): Promise<Response> {
	const repository = enter(c, 'PutManifest', 'PutImage');
	const { imageTag, imageDigest } = imageIdOf(c);
	const image = await putImage(world, c.var.registry, repository, {
		bytes: Buffer.from(await c.req.arrayBuffer()),
		mediaType: c.req.header('content-type')?.split(';')[0]?.trim(),
		tag: imageTag,
		digest: imageDigest,
		repeat: 'accept',
	});
	scanOnPush(c.var.registry, repository, image, world.clock);
	return c.body(null, 201, {
		location: `/v2/${repository.name}/manifests/${image.digest}`,
		'docker-content-digest': image.digest,
		'content-length': '0',
		...subjectHeader(image),
	});
}

/** By tag: the tag goes. By digest: the image goes, and all its tags (distribution-spec, "Deleting tags"). */
export function deleteManifest(c: RegistryContext): Response {
	const repository = enter(c, 'DeleteManifest', 'BatchDeleteImage');
	const id = imageIdOf(c);
	const image = imageOf(repository, c.var.registry.account, id);
	if (id.imageTag !== undefined) repository.tags.delete(id.imageTag);
	else removeImage(repository, image.digest);
	return c.body(null, 202, { 'content-length': '0' });
}

function imageIdOf(c: RegistryContext): { imageTag?: string; imageDigest?: string } {
	const reference = c.req.param('reference') ?? '';
	return reference.includes(':') ? { imageDigest: reference } : { imageTag: reference };
}

function subjectHeader({ manifest }: Image): Record<string, string> {
	return manifest.subject === undefined ? {} : { 'oci-subject': manifest.subject.digest };
}
