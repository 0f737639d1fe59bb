import { Readable } from 'node:stream';
import type {
	BatchCheckLayerAvailabilityRequest,
	BatchCheckLayerAvailabilityResponse,
	CompleteLayerUploadRequest,
	CompleteLayerUploadResponse,
	GetDownloadUrlForLayerRequest,
	GetDownloadUrlForLayerResponse,
	InitiateLayerUploadRequest,
	InitiateLayerUploadResponse,
	Layer,
	LayerFailure,
	UploadLayerPartResponse,
} from '@aws-sdk/client-ecr';
import type { Call, Operations } from '../aws/call.ts';
import { invalidParameter, ServiceError } from '../aws/service-error.ts';
import { referencedBlobs } from '../registry/manifest.ts';
import type { Repository } from '../registry/repository.ts';
import type { Upload } from '../storage/upload.ts';
import { assertCount, type RepositoryInput, required, targetOf } from './input.ts';
import { identityShape } from './shapes.ts';

const DIGEST = /^[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+$/;
const PART_BYTES = 10_485_760;
const SMALLEST_PART = 5_242_880;
/** ECR user guide, "Amazon ECR service quotas" */
const PARTS = 4200;

function check(input: BatchCheckLayerAvailabilityRequest, call: Call): BatchCheckLayerAvailabilityResponse {
	const { repository } = targetOf(input, call);
	assertCount(input.layerDigests, 'layerDigests', 100);
	const layers: Layer[] = [];
	const failures: LayerFailure[] = [];
	for (const layerDigest of input.layerDigests ?? []) {
		const size = repository.blobs.get(layerDigest);
		if (size !== undefined)
			layers.push({
				layerDigest,
				layerAvailability: 'AVAILABLE',
				layerSize: size,
				mediaType: mediaTypeOf(repository, layerDigest),
			});
		else if (DIGEST.test(layerDigest)) layers.push({ layerDigest, layerAvailability: 'UNAVAILABLE' });
		else failures.push({ layerDigest, failureCode: 'InvalidLayerDigest', failureReason: 'Invalid layer digest' });
	}
	return { layers, failures };
}

/** What the manifests say that name a blob; a blob alone has no type. */
function mediaTypeOf({ images }: Repository, digest: string): string | undefined {
	for (const { manifest } of images.values()) {
		const named = referencedBlobs(manifest).find((blob) => blob.digest === digest);
		if (named !== undefined) return named.mediaType;
	}
	return undefined;
}

function downloadUrl(input: GetDownloadUrlForLayerRequest, call: Call): GetDownloadUrlForLayerResponse {
	const { registry, repository } = targetOf(input, call);
	const layerDigest = required(input.layerDigest, 'layerDigest');
	const named = `The layer with digest '${layerDigest}' in the repository with name '${repository.name}' in the registry with id '${registry.account}'`;
	if (!repository.blobs.has(layerDigest)) throw new ServiceError('LayersNotFoundException', `${named} does not exist`);
	const associated = [...repository.images.values()].some(({ manifest }) =>
		referencedBlobs(manifest).some(({ digest }) => digest === layerDigest),
	);
	if (!associated) throw new ServiceError('LayerInaccessibleException', `${named} is not associated with an image`);
	return { downloadUrl: call.world.links.sign(call.world.apiOrigin(), registry, layerDigest), layerDigest };
}

async function initiate(input: InitiateLayerUploadRequest, call: Call): Promise<InitiateLayerUploadResponse> {
	const { repository } = targetOf(input, call);
	const upload = await call.world.layers.start(repository);
	return { uploadId: upload.id, partSize: PART_BYTES };
}

/** The size of the newest part of an upload, and the uploads of which another part than the last one is too small. */
const lastParts = new WeakMap<Upload, number>();
const tooSmall = new WeakSet<Upload>();

interface PartInput extends RepositoryInput {
	readonly uploadId: string | undefined;
	readonly partFirstByte: number | undefined;
	readonly partLastByte: number | undefined;
	/** Base64, as the wire has it. */
	readonly layerPartBlob: string | undefined;
}

async function uploadPart(input: PartInput, call: Call): Promise<UploadLayerPartResponse> {
	const { registry, repository } = targetOf(input, call);
	const upload = call.world.layers.find(repository, required(input.uploadId, 'uploadId'));
	const part = Buffer.from(required(input.layerPartBlob, 'layerPartBlob'), 'base64');
	const first = required(input.partFirstByte, 'partFirstByte');
	const last = required(input.partLastByte, 'partLastByte');
	if (last - first + 1 !== part.length)
		throw invalidParameter('partLastByte', `must be ${first + part.length - 1}: the part has ${part.length} bytes`);
	if (first !== upload.size())
		throw new ServiceError(
			'InvalidLayerPartException',
			`The layer part upload with id '${upload.id}' is not valid because the first byte ${first} is not consecutive to the last byte ${upload.size() - 1} received`,
		);
	if (upload.chunks() >= PARTS)
		throw new ServiceError('LimitExceededException', `A layer has no more than ${PARTS} parts`);
	if (upload.size() > 0 && (lastParts.get(upload) ?? 0) < SMALLEST_PART) tooSmall.add(upload);
	lastParts.set(upload, part.length);
	const size = await call.world.layers.append(upload, Readable.from([part], { objectMode: false }));
	return { ...identityShape(registry, repository), uploadId: upload.id, lastByteReceived: size - 1 };
}

async function complete(input: CompleteLayerUploadRequest, call: Call): Promise<CompleteLayerUploadResponse> {
	const { registry, repository } = targetOf(input, call);
	assertCount(input.layerDigests, 'layerDigests', 100);
	const upload = call.world.layers.find(repository, required(input.uploadId, 'uploadId'));
	const [layerDigest = ''] = input.layerDigests ?? [];
	if (upload.size() === 0)
		throw new ServiceError('EmptyUploadException', `The upload with id '${upload.id}' does not contain any parts`);
	if (tooSmall.has(upload))
		throw new ServiceError('LayerPartTooSmallException', 'Layer parts must be at least 5 MiB, but for the last one');
	if (repository.blobs.has(layerDigest)) {
		await call.world.layers.cancel(upload);
		throw new ServiceError(
			'LayerAlreadyExistsException',
			`Layer with digest '${layerDigest}' already exists in the repository with name '${repository.name}' in the registry with id '${registry.account}'`,
		);
	}
	await call.world.layers.complete(repository, upload, layerDigest);
	return { ...identityShape(registry, repository), uploadId: upload.id, layerDigest };
}

export const layerOperations: Operations = {
	BatchCheckLayerAvailability: check,
	GetDownloadUrlForLayer: downloadUrl,
	InitiateLayerUpload: initiate,
	UploadLayerPart: uploadPart,
	CompleteLayerUpload: complete,
};
