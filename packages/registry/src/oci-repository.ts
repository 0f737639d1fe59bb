import { type Context, type Digest, type HttpResponse, isDigest, PipelineError } from '@ecr-pipeline/core';
import pMap from 'p-map';
import type { RegistryClient } from './client.ts';
import { type Descriptor, type Manifest, manifestFromBytes, parseManifest } from './manifest.ts';
import { MANIFEST_MEDIA_TYPES, OCI_INDEX } from './media-types.ts';
import type { ImageRepository, OpenBlob } from './repository.ts';
import { putBlob } from './upload.ts';

const ACCEPT = MANIFEST_MEDIA_TYPES.join(', ');
const MAX_MANIFEST = 4 * 1024 * 1024;
const PARALLEL = 16;

/** A repository behind nothing but the distribution protocol. */
export function createOciRepository(
	client: RegistryClient,
	repository: string,
	context: Pick<Context, 'clock' | 'random'>,
): ImageRepository {
	const root = `/v2/${repository}`;
	const pull = `repository:${repository}:pull`;
	const push = `repository:${repository}:pull,push`;
	const name = `${client.host}/${repository}`;

	const manifest = async (reference: string): Promise<Manifest | undefined> => {
		const { response, bytes } = await client.read(
			{
				method: 'GET',
				path: `${root}/manifests/${reference}`,
				headers: { accept: ACCEPT },
				accept: [200, 404],
				attempted: `Could not get the manifest ${reference} of ${name}`,
				scope: pull,
			},
			MAX_MANIFEST,
		);
		if (response.status === 404) return undefined;
		return manifestFromBytes(bytes, response.headers['content-type'], isDigest(reference) ? reference : undefined);
	};

	return {
		name,
		registry: client.host,
		repository,
		async manifests(references) {
			const found = await pMap(references, async (reference) => [reference, await manifest(reference)] as const, {
				concurrency: PARALLEL,
			});
			return new Map(found.filter((entry): entry is readonly [string, Manifest] => entry[1] !== undefined));
		},
		// The registry itself leads to the bytes, by a redirect or not: nothing can be asked ahead.
		locateBlob: async (blob) => () => openBlob(client, repository, blob, pull),
		async presentBlobs(digests) {
			const present = await pMap(digests, (digest) => hasBlob(client, repository, digest, pull), {
				concurrency: PARALLEL,
			});
			return new Set(digests.filter((_, index) => present[index]));
		},
		putBlob: (blob, offer) => putBlob(client, repository, blob, offer, context),
		async putManifest(toPut, tag) {
			const response = await client.request({
				method: 'PUT',
				path: `${root}/manifests/${tag ?? toPut.digest}`,
				headers: { 'content-type': toPut.mediaType },
				body: toPut.bytes,
				accept: [201],
				attempted: `Could not put the manifest ${toPut.digest}${tag === undefined ? '' : ` as ${tag}`} into ${name}`,
				scope: push,
			});
			response.body.resume();
			confirmDigest(response, toPut, name);
		},
		referrers: (subject) => referrers(client, repository, subject, pull),
	};
}

function confirmDigest(response: HttpResponse, put: Manifest, name: string): void {
	const stored = response.headers['docker-content-digest'];
	if (stored === undefined || stored === put.digest) return;
	throw new PipelineError({
		code: 'corrupt',
		attempted: `${name} stored the manifest ${put.digest}`,
		answer: `as ${String(stored)}`,
	});
}

async function hasBlob(client: RegistryClient, repository: string, digest: Digest, scope: string): Promise<boolean> {
	const response = await client.request({
		method: 'HEAD',
		path: `/v2/${repository}/blobs/${digest}`,
		accept: [200, 404],
		attempted: `Could not look for the blob ${digest} in ${client.host}/${repository}`,
		scope,
	});
	response.body.resume();
	return response.status === 200;
}

async function openBlob(
	client: RegistryClient,
	repository: string,
	{ digest }: Descriptor,
	scope: string,
): ReturnType<OpenBlob> {
	const response = await client.request({
		method: 'GET',
		path: `/v2/${repository}/blobs/${digest}`,
		accept: [200],
		attempted: `Could not get the blob ${digest} of ${client.host}/${repository}`,
		scope,
	});
	return response.body;
}

async function referrers(
	client: RegistryClient,
	repository: string,
	subject: Digest,
	scope: string,
): Promise<Descriptor[] | undefined> {
	const attempted = `Could not list the referrers of ${subject} in ${client.host}/${repository}`;
	const found: Descriptor[] = [];
	for (let path: string | undefined = `/v2/${repository}/referrers/${subject}`; path !== undefined; ) {
		const { response, bytes }: Awaited<ReturnType<RegistryClient['read']>> = await client.read(
			{
				method: 'GET',
				path,
				headers: { accept: OCI_INDEX },
				// 404 is how a registry without the referrers API answers (distribution-spec, "Listing Referrers").
				accept: [200, 404],
				attempted,
				scope,
			},
			MAX_MANIFEST,
		);
		if (response.status === 404) return undefined;
		found.push(...descriptorsOf(bytes, subject, attempted));
		path = nextPage(response, path, client.host);
	}
	return found;
}

/** One that cannot be read is an error: left out, it could be the signature or the verdict that matters. */
function descriptorsOf(bytes: Buffer, subject: Digest, attempted: string): readonly Descriptor[] {
	try {
		const page = parseManifest({ bytes, digest: subject, mediaType: OCI_INDEX });
		return page.kind === 'index' ? page.manifests : [];
	} catch (cause) {
		const answer = cause instanceof PipelineError ? cause.problem.answer : undefined;
		throw new PipelineError({ code: 'service', attempted, answer: `the answer is no index: ${answer}`, cause });
	}
}

/** Where the next page is; without the host where it is the registry's own, so that the client keeps its own scheme. */
function nextPage(response: HttpResponse, path: string, host: string): string | undefined {
	const link = /<([^>]+)>\s*;\s*rel="?next"?/.exec(String(response.headers.link ?? ''))?.[1];
	if (link === undefined) return undefined;
	const next = new URL(link, new URL(path, `https://${host}`));
	return next.host === host ? `${next.pathname}${next.search}` : next.href;
}
