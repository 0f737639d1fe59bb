import { ECRClient, GetAuthorizationTokenCommand } from '@aws-sdk/client-ecr';
import { accessKeyOf } from '../src/aws/credentials.ts';
import { sha256 } from '../src/ids.ts';
import type { LocalEcr } from '../src/server/start.ts';
import { type Answer, type Sending, send } from './http.ts';

export const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
export const OCI_INDEX = 'application/vnd.oci.image.index.v1+json';

/** How an SDK client finds a server and speaks for an account. One attempt: a test wants to see the first answer. */
export function clientConfig(server: LocalEcr, account = '111111111111', region = 'us-east-1') {
	return {
		endpoint: server.url,
		region,
		maxAttempts: 1,
		credentials: { accessKeyId: accessKeyOf(account), secretAccessKey: 'local' },
	};
}

export const ecrOf = (server: LocalEcr, account?: string, region?: string): ECRClient =>
	new ECRClient(clientConfig(server, account, region));

/** A registry, as someone who is logged in to it. */
export interface Registry {
	readonly url: string;
	readonly send: (method: string, path: string, sending?: Sending) => Promise<Answer>;
}

export async function logIn(server: LocalEcr, account?: string, region?: string): Promise<Registry> {
	const { authorizationData = [] } = await ecrOf(server, account, region).send(new GetAuthorizationTokenCommand({}));
	const { proxyEndpoint = '', authorizationToken = '' } = authorizationData[0] ?? {};
	return registryAt(proxyEndpoint, authorizationToken);
}

export function registryAt(url: string, authorizationToken: string): Registry {
	const authorization = `Basic ${authorizationToken}`;
	return {
		url,
		send: (method, path, sending = {}) =>
			send(method, new URL(path, url).href, { ...sending, headers: { authorization, ...sending.headers } }),
	};
}

/** @returns the digest */
export async function pushBlob(registry: Registry, repository: string, content: Buffer | string): Promise<string> {
	const digest = sha256(content);
	const { headers } = await registry.send('POST', `/v2/${repository}/blobs/uploads/`);
	const done = await registry.send('PUT', `${headers.location}?digest=${digest}`, { body: content });
	if (done.status !== 201) throw new Error(`upload of ${digest} answered ${done.status}: ${done.body}`);
	return digest;
}

export interface PushedImage {
	readonly digest: string;
	readonly manifest: string;
	readonly layer: string;
}

/** Pushes an image of one layer, whose content makes it unique. */
export async function pushImage(
	registry: Registry,
	repository: string,
	reference: string,
	content = 'a layer',
	platform = { os: 'linux', architecture: 'amd64' },
): Promise<PushedImage> {
	const config = JSON.stringify({ ...platform, rootfs: { type: 'layers', diff_ids: [sha256(content)] } });
	const layer = await pushBlob(registry, repository, content);
	const manifest = JSON.stringify({
		schemaVersion: 2,
		mediaType: OCI_MANIFEST,
		config: {
			mediaType: 'application/vnd.oci.image.config.v1+json',
			digest: await pushBlob(registry, repository, config),
			size: config.length,
		},
		layers: [
			{
				mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
				digest: layer,
				size: Buffer.byteLength(content),
			},
		],
	});
	const digest = sha256(manifest);
	await putManifest(registry, repository, reference === '' ? digest : reference, manifest, OCI_MANIFEST);
	return { digest, manifest, layer };
}

export async function putManifest(
	registry: Registry,
	repository: string,
	reference: string,
	manifest: string,
	mediaType: string,
): Promise<Answer> {
	const answer = await registry.send('PUT', `/v2/${repository}/manifests/${reference}`, {
		headers: { 'content-type': mediaType },
		body: manifest,
	});
	if (answer.status !== 201) throw new Error(`put of ${reference} answered ${answer.status}: ${answer.body}`);
	return answer;
}

/** An index of images that were pushed, in their order: amd64, arm64. */
export function indexOf(images: readonly PushedImage[]): string {
	const architectures = ['amd64', 'arm64'];
	return JSON.stringify({
		schemaVersion: 2,
		mediaType: OCI_INDEX,
		manifests: images.map(({ digest, manifest }, position) => ({
			mediaType: OCI_MANIFEST,
			digest,
			size: manifest.length,
			platform: { os: 'linux', architecture: architectures[position] },
		})),
	});
}
