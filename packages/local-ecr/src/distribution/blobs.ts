import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { sendBlob } from '../storage/send.ts';
import type { World } from '../world.ts';
import { enter, isHead, type RegistryContext } from './context.ts';
import { blobUnknown, DistributionError } from './errors.ts';

/** Says that a blob is here, or leads to where it can be read. */
export async function getBlob(c: RegistryContext, world: World): Promise<Response> {
	const repository = isHead(c)
		? enter(c, 'HeadBlob', 'BatchCheckLayerAvailability')
		: enter(c, 'GetBlob', 'GetDownloadUrlForLayer');
	const digest = c.req.param('digest') ?? '';
	const size = repository.blobs.get(digest);
	if (size === undefined) throw blobUnknown(digest);
	if (isHead(c))
		return c.body(null, 200, {
			'content-type': 'application/octet-stream',
			'content-length': String(size),
			'docker-content-digest': digest,
			'accept-ranges': 'bytes',
		});
	if (world.settings.redirectBlobs) {
		// The client's own name for this machine stays: a daemon in a VM may know it by another.
		const origin = new URL(world.apiOrigin());
		origin.hostname = new URL(c.req.url).hostname;
		return c.redirect(world.links.sign(origin.origin, c.var.registry, digest), 307);
	}
	await sendBlob(world.blobs, digest, c.req.header('range'), c.env.outgoing);
	return RESPONSE_ALREADY_SENT;
}

/** ECR has no way to delete a layer: it goes when no image needs it. */
export function deleteBlob(c: RegistryContext): never {
	enter(c, 'DeleteBlob', 'BatchDeleteImage');
	throw new DistributionError('UNSUPPORTED', 405, 'Layers are deleted with the images that hold them');
}
