import type { IncomingMessage } from 'node:http';
import type { ContentfulStatusCode, StatusCode } from 'hono/utils/http-status';
import type { Repository } from '../registry/repository.ts';
import type { Upload } from '../storage/upload.ts';
import type { World } from '../world.ts';
import { createOnPush, enter, type RegistryContext } from './context.ts';
import { DistributionError } from './errors.ts';
import { mountBlob } from './mount.ts';

const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** POST: mounts a blob, takes it whole, or opens a session. */
export async function startUpload(c: RegistryContext, world: World): Promise<Response> {
	createOnPush(c, world);
	const repository = enter(c, 'StartUpload', 'InitiateLayerUpload');
	const { mount, from, digest } = c.req.query();
	if (mount !== undefined && from !== undefined) {
		c.var.entry.operation = 'v2:MountBlob';
		if (mountBlob(c.var.registry, c.var.principal, repository, mount, from)) return created(c, repository, mount);
	}
	if (digest !== undefined) assertDigest(digest);
	const upload = await world.layers.start(repository);
	if (digest === undefined) return progress(c, repository, upload, 202);
	await receive(c, world, upload);
	await world.layers.complete(repository, upload, digest);
	return created(c, repository, digest);
}

/** PATCH: the first body is kept. Those after it are lost, as on ECR, unless the registry was started to take chunks. */
export async function patchUpload(c: RegistryContext, world: World): Promise<Response> {
	const repository = enter(c, 'PatchUpload', 'UploadLayerPart');
	const upload = world.layers.find(repository, c.req.param('id') ?? '');
	const { multiPatch } = world.settings;
	if (multiPatch) assertNext(c, repository, upload);
	if (multiPatch || upload.chunks() === 0) await receive(c, world, upload);
	else await drain(c.env.incoming);
	return progress(c, repository, upload, multiPatch ? 202 : 201);
}

/** PUT: the rest of the body, or all of it, or nothing, and the digest that it must have. */
export async function finishUpload(c: RegistryContext, world: World): Promise<Response> {
	const repository = enter(c, 'FinishUpload', 'CompleteLayerUpload');
	const upload = world.layers.find(repository, c.req.param('id') ?? '');
	const { digest } = c.req.query();
	if (digest === undefined) throw new DistributionError('DIGEST_INVALID', 400, 'the digest parameter is missing');
	assertDigest(digest);
	const { multiPatch } = world.settings;
	if (multiPatch) assertNext(c, repository, upload);
	if (multiPatch || upload.chunks() === 0) await receive(c, world, upload);
	else await drain(c.env.incoming);
	await world.layers.complete(repository, upload, digest);
	return created(c, repository, digest);
}

export function uploadStatus(c: RegistryContext, world: World): Response {
	const repository = enter(c, 'GetUpload', 'UploadLayerPart');
	return progress(c, repository, world.layers.find(repository, c.req.param('id') ?? ''), 204);
}

export async function cancelUpload(c: RegistryContext, world: World): Promise<Response> {
	const repository = enter(c, 'CancelUpload', 'UploadLayerPart');
	await world.layers.cancel(world.layers.find(repository, c.req.param('id') ?? ''));
	return c.body(null, 204);
}

async function receive(c: RegistryContext, world: World, upload: Upload): Promise<void> {
	const before = upload.size();
	try {
		await world.layers.append(upload, c.env.incoming);
	} catch (error) {
		// Half a body cannot be told from a whole one later.
		await world.layers.cancel(upload);
		throw new DistributionError('BLOB_UPLOAD_INVALID', 400, `the body ended early: ${String(error)}`);
	}
	c.var.entry.bytesIn = upload.size() - before;
}

async function drain(incoming: IncomingMessage): Promise<void> {
	for await (const _ of incoming);
}

function assertNext(c: RegistryContext, repository: Repository, upload: Upload): void {
	const range = c.req.header('content-range');
	if (range === undefined || Number(range.split('-')[0]) === upload.size()) return;
	throw new DistributionError(
		'BLOB_UPLOAD_INVALID',
		416,
		`the next byte is ${upload.size()}, not ${range}`,
		sessionHeaders(repository, upload),
	);
}

function assertDigest(digest: string): void {
	if (!DIGEST.test(digest)) throw new DistributionError('DIGEST_INVALID', 400, `'${digest}' is not a sha256 digest`);
}

function progress(c: RegistryContext, repository: Repository, upload: Upload, status: StatusCode): Response {
	const headers = sessionHeaders(repository, upload);
	return c.body(null, status, status === 204 ? headers : { ...headers, 'content-length': '0' });
}

function sessionHeaders(repository: Repository, upload: Upload): Record<string, string> {
	return {
		location: `/v2/${repository.name}/blobs/uploads/${upload.id}`,
		range: `0-${Math.max(upload.size() - 1, 0)}`,
		'docker-upload-uuid': upload.id,
	};
}

function created(c: RegistryContext, repository: Repository, digest: string): Response {
	return c.body(null, 201 satisfies ContentfulStatusCode, {
		location: `/v2/${repository.name}/blobs/${digest}`,
		'docker-content-digest': digest,
		'content-length': '0',
	});
}
