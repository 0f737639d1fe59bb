import { type Context, type HttpResponse, retry } from '@ecr-pipeline/core';
import { canPass, RegistryError } from './answer.ts';
import type { RegistryClient } from './client.ts';
import type { Descriptor } from './manifest.ts';
import type { BlobOffer } from './repository.ts';
import { verified } from './verify.ts';

const ATTEMPTS = 5;

/**
 * Makes a blob be in a repository: one POST that is mount attempt and upload session at once (distribution-spec,
 * "Mounting a blob from another repository": 201 is done, 202 opens a session), then one PUT of the whole body. Never a
 * PATCH: ECR drops all bodies but the first (aws/containers-roadmap#2831). Trouble on the way starts the blob anew.
 */
export async function putBlob(
	client: RegistryClient,
	repository: string,
	blob: Descriptor,
	offer: BlobOffer,
	context: Pick<Context, 'clock' | 'random'>,
): Promise<'mounted' | 'uploaded'> {
	const scope = `repository:${repository}:pull,push`;
	const target = `${client.host}/${repository}`;
	const mount =
		offer.mountFrom === undefined ? '' : `?${new URLSearchParams({ mount: blob.digest, from: offer.mountFrom })}`;

	const start = async (): Promise<HttpResponse> => {
		const session = await client.request({
			method: 'POST',
			path: `/v2/${repository}/blobs/uploads/${mount}`,
			accept: [201, 202],
			attempted: `Could not start the upload of ${blob.digest} to ${target}`,
			scope: offer.mountFrom === undefined ? scope : `${scope} repository:${offer.mountFrom}:pull`,
		});
		session.body.resume();
		return session;
	};

	const once = async (): Promise<'mounted' | 'uploaded'> => {
		const locating = offer.expectUpload ? offer.locate() : undefined;
		// Whatever comes of it is told below, or does not matter because starting the upload has failed.
		locating?.catch(() => undefined);
		const session = await start();
		if (session.status === 201) return 'mounted';
		const open = await (locating ?? offer.locate());
		const done = await client.request({
			method: 'PUT',
			path: uploadUrl(session.headers.location, client.host, blob),
			headers: { 'content-type': 'application/octet-stream', 'content-length': String(blob.size) },
			body: async () => verified(await open(), blob, offer.source, offer.onBytes),
			accept: [201],
			attempted: `Could not upload ${blob.digest} (${blob.size} bytes) to ${target}`,
			scope,
			attempts: 1,
		});
		done.body.resume();
		return 'uploaded';
	};

	const again = (error: unknown): ReturnType<typeof canPass> =>
		isSessionOver(error) || canPass(error, context.clock.now());
	return retry(once, { ...context, attempts: ATTEMPTS, again });
}

/** An upload session that has waited too long for its turn is not known any more (distribution-spec, "Error Codes"). */
function isSessionOver(error: unknown): boolean {
	return error instanceof RegistryError && error.status === 404 && error.message.includes('BLOB_UPLOAD_UNKNOWN');
}

function uploadUrl(location: string | undefined, host: string, blob: Descriptor): URL | string {
	const base = `http://${host}`;
	const url = new URL(location ?? '', base);
	url.searchParams.set('digest', blob.digest);
	// A relative Location stays relative, so that the client keeps its own scheme.
	return url.origin === new URL(base).origin ? `${url.pathname}${url.search}` : url;
}
