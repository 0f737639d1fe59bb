import {
	BatchCheckLayerAvailabilityCommand,
	BatchGetImageCommand,
	type ECRClient,
	GetDownloadUrlForLayerCommand,
	type Image,
	type ImageIdentifier,
	type ImageReferrer,
	ListImageReferrersCommand,
	PutImageCommand,
} from '@aws-sdk/client-ecr';
import {
	awsErrorCode,
	type Context,
	type Digest,
	explainAwsError,
	isDigest,
	PipelineError,
	readBody,
} from '@ecr-pipeline/core';
import {
	assertRedirectAllowed,
	type Descriptor,
	type ImageRepository,
	MANIFEST_MEDIA_TYPES,
	type Manifest,
	manifestFromBytes,
	type OpenBlob,
	putBlob,
	type RegistryClient,
	RegistryError,
} from '@ecr-pipeline/registry';
import type { EcrLimits } from './rate.ts';

/** How one registry is spoken to: its API and its distribution protocol. */
export interface EcrAccess {
	readonly client: ECRClient;
	readonly data: RegistryClient;
	readonly accountId: string;
	readonly region: string;
	readonly limits: EcrLimits;
}

// BatchGetImage and BatchCheckLayerAvailability take at most this many at once (ECR API reference).
const BATCH = 100;

/** A repository of ECR: questions in batches by the API, bytes by the distribution protocol. */
export function createEcrRepository(access: EcrAccess, repository: string, context: Context): ImageRepository {
	const { client, data, accountId, limits } = access;
	const name = `${data.host}/${repository}`;
	const common = { registryId: accountId, repositoryName: repository };

	return {
		name,
		registry: data.host,
		repository,
		async manifests(references) {
			const found = new Map<string, Manifest>();
			for (const batch of batches(references)) {
				for (const [reference, manifest] of await getImages(client, common, batch, name))
					found.set(reference, manifest);
			}
			return found;
		},
		locateBlob: (blob) => locateLayer(client, common, blob, name, context),
		async presentBlobs(digests) {
			const answers = await Promise.all(batches(digests).map((batch) => availableLayers(client, common, batch, name)));
			return new Set(answers.flat());
		},
		async putBlob(blob, offer) {
			await limits.layerUpload.take();
			return putBlob(data, repository, blob, offer, context);
		},
		async putManifest(manifest, tag) {
			await limits.putImage.take();
			await putImage(client, common, manifest, tag, name);
		},
		referrers: (subject) => listReferrers(client, common, subject, name),
	};
}

interface RepositoryParameters {
	readonly registryId: string;
	readonly repositoryName: string;
}

/** Cuts a list into the batches that the API takes. */
export function batches<T>(items: readonly T[], size = BATCH): T[][] {
	return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
		items.slice(index * size, (index + 1) * size),
	);
}

async function getImages(
	client: ECRClient,
	common: RepositoryParameters,
	references: readonly string[],
	name: string,
): Promise<Map<string, Manifest>> {
	const attempted = `Could not look up ${references.length === 1 ? references[0] : `${references.length} images`} in ${name}`;
	try {
		const { images = [], failures = [] } = await client.send(
			new BatchGetImageCommand({
				...common,
				imageIds: references.map(identifier),
				acceptedMediaTypes: [...MANIFEST_MEDIA_TYPES],
			}),
		);
		const failure = failures.find(({ failureCode }) => failureCode !== 'ImageNotFound');
		if (failure !== undefined) {
			throw new PipelineError({
				code: 'service',
				attempted,
				answer: `${failure.failureCode} for ${failure.imageId?.imageTag ?? failure.imageId?.imageDigest}: ${failure.failureReason}`,
			});
		}
		const found = new Map(images.flatMap((image) => named(image, references)));
		const absent = new Set(failures.map(({ imageId }) => imageId?.imageTag ?? imageId?.imageDigest));
		const unanswered = references.find((reference) => !found.has(reference) && !absent.has(reference));
		if (unanswered === undefined) return found;
		throw new PipelineError({
			code: 'service',
			attempted,
			answer: `ECR did not say whether ${unanswered} is there`,
			fix: 'Run again.',
		});
	} catch (error) {
		throw explainRepositoryError(error, attempted, 'ecr:BatchGetImage', name);
	}
}

/** An image answers the tag it was asked by, and the digest if that was asked for. */
function named(
	{ imageId, imageManifest, imageManifestMediaType }: Image,
	references: readonly string[],
): [string, Manifest][] {
	if (imageManifest === undefined) return [];
	const claimed = imageId?.imageDigest !== undefined && isDigest(imageId.imageDigest) ? imageId.imageDigest : undefined;
	const manifest = manifestFromBytes(Buffer.from(imageManifest, 'utf8'), imageManifestMediaType, claimed);
	return [imageId?.imageTag, manifest.digest]
		.filter((name) => name !== undefined && references.includes(name))
		.map((name) => [name as string, manifest]);
}

function identifier(reference: string): ImageIdentifier {
	return isDigest(reference) ? { imageDigest: reference } : { imageTag: reference };
}

async function availableLayers(
	client: ECRClient,
	common: RepositoryParameters,
	digests: readonly Digest[],
	name: string,
): Promise<Digest[]> {
	const attempted = `Could not ask which of ${digests.length} layers are in ${name}`;
	try {
		const { layers = [] } = await client.send(
			new BatchCheckLayerAvailabilityCommand({ ...common, layerDigests: [...digests] }),
		);
		return layers
			.filter(({ layerAvailability }) => layerAvailability === 'AVAILABLE')
			.map(({ layerDigest }) => layerDigest)
			.filter((digest): digest is Digest => digest !== undefined && isDigest(digest));
	} catch (error) {
		throw explainRepositoryError(error, attempted, 'ecr:BatchCheckLayerAvailability', name);
	}
}

async function locateLayer(
	client: ECRClient,
	common: RepositoryParameters,
	blob: Descriptor,
	name: string,
	context: Context,
): Promise<OpenBlob> {
	const attempted = `Could not get the layer ${blob.digest} of ${name}`;
	const locate = async (): Promise<URL> => {
		let url: URL;
		try {
			const { downloadUrl = '' } = await client.send(
				new GetDownloadUrlForLayerCommand({ ...common, layerDigest: blob.digest }),
			);
			url = new URL(downloadUrl);
		} catch (error) {
			throw explainRepositoryError(error, attempted, 'ecr:GetDownloadUrlForLayer', name);
		}
		assertRedirectAllowed(new URL(`https://${name}`), url);
		return url;
	};
	const url = await locate();
	return async () => {
		try {
			return await openStored(url, blob, attempted, context);
		} catch (error) {
			if (!isOver(error)) throw error;
			return openStored(await locate(), blob, attempted, context);
		}
	};
}

/** A signed address lasts for a time only, which a blob can spend waiting for its turn: S3 says 403, or 400 for its token. */
function isOver(error: unknown): boolean {
	return error instanceof RegistryError && [400, 403].includes(error.status);
}

// From here on a connection of its own is worth the time that it takes to make.
const LARGE = 8 * 1024 * 1024;

/** The address is signed by itself; no Authorization goes with it. */
async function openStored(url: URL, { size }: Descriptor, attempted: string, context: Context): ReturnType<OpenBlob> {
	const download = size < LARGE ? undefined : await context.download(url);
	if (download !== undefined) return download;
	const response = await context.send({ method: 'GET', url });
	if (response.status === 200) return response.body;
	const text = (await readBody(response.body, 64 * 1024).catch(() => Buffer.alloc(0))).toString('utf8');
	// With its status, so that whoever copies the blob can tell whether to start it anew.
	throw new RegistryError(response.status, response.headers['retry-after'], {
		code: 'service',
		attempted,
		answer: `${url.host} answered ${response.status} ${text.slice(0, 200)}`,
		fix: `Run again; if it stays so, check that this runner may read from ${url.host}, where ECR keeps its layers (endpoint policy, proxy).`,
	});
}

async function putImage(
	client: ECRClient,
	common: RepositoryParameters,
	manifest: Manifest,
	tag: string | undefined,
	name: string,
): Promise<void> {
	const attempted = `Could not put ${manifest.digest}${tag === undefined ? '' : ` as ${tag}`} into ${name}`;
	try {
		const { image } = await client.send(
			new PutImageCommand({
				...common,
				imageManifest: manifest.bytes.toString('utf8'),
				imageManifestMediaType: manifest.mediaType,
				imageDigest: manifest.digest,
				...(tag === undefined ? {} : { imageTag: tag }),
			}),
		);
		if (image?.imageId?.imageDigest === manifest.digest) return;
		throw new PipelineError({ code: 'corrupt', attempted, answer: `ECR stored it as ${image?.imageId?.imageDigest}` });
	} catch (error) {
		// The same digest is there already, under the same tag if one was given: what was asked for is so.
		if (awsErrorCode(error) === 'ImageAlreadyExistsException') return;
		if (awsErrorCode(error) === 'ImageTagAlreadyExistsException' && tag !== undefined) {
			const holder = (await getImages(client, common, [tag], name)).get(tag);
			if (holder?.digest === manifest.digest) return;
		}
		throw explainRepositoryError(error, attempted, 'ecr:PutImage', name);
	}
}

async function listReferrers(
	client: ECRClient,
	common: RepositoryParameters,
	subject: Digest,
	name: string,
): Promise<Descriptor[]> {
	const attempted = `Could not list the referrers of ${subject} in ${name}`;
	const found: Descriptor[] = [];
	let nextToken: string | undefined;
	do {
		try {
			const page = await client.send(
				new ListImageReferrersCommand({
					...common,
					subjectId: { imageDigest: subject },
					maxResults: 50,
					...(nextToken === undefined ? {} : { nextToken }),
				}),
			);
			found.push(...(page.referrers ?? []).map((referrer) => descriptorOf(referrer, attempted)));
			nextToken = page.nextToken;
		} catch (error) {
			throw explainRepositoryError(error, attempted, 'ecr:BatchGetImage', name);
		}
	} while (nextToken !== undefined);
	return found;
}

/** One that cannot be read is an error: left out, it could be the signature or the verdict that matters. */
function descriptorOf(referrer: ImageReferrer, attempted: string): Descriptor {
	const { digest, mediaType, size, artifactType, annotations } = referrer;
	if (digest === undefined || !isDigest(digest) || mediaType === undefined)
		throw new PipelineError({
			code: 'unsupported',
			attempted,
			answer: `${JSON.stringify({ digest, mediaType })} is not a manifest with a media type and a sha256 digest`,
		});
	return {
		digest,
		mediaType,
		size: size ?? 0,
		...(artifactType === undefined ? {} : { artifactType }),
		...(annotations === undefined ? {} : { annotations }),
	};
}

/** An ECR error about a repository, with the step that most often helps. */
export function explainRepositoryError(error: unknown, attempted: string, action: string, name: string): PipelineError {
	const repository = name.slice(name.indexOf('/') + 1);
	if (awsErrorCode(error) === 'RepositoryNotFoundException') {
		return explainAwsError(
			error,
			attempted,
			action,
			`Create it with \`aws ecr create-repository --repository-name ${repository}\` in the account and region of ${name.slice(0, name.indexOf('/'))}, or with create-repository: true in build-push.`,
		);
	}
	return explainAwsError(error, attempted, `${action} on the repository ${name}`);
}
