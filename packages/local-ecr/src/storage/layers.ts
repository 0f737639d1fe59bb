import type { Readable } from 'node:stream';
import { ServiceError } from '../aws/service-error.ts';
import type { Registries } from '../registry/registries.ts';
import type { Repository } from '../registry/repository.ts';
import type { Blobs } from './blobs.ts';
import type { Upload } from './upload.ts';

/** The uploads in progress, and what becomes of them. */
export interface Layers {
	readonly start: (repository: Repository) => Promise<Upload>;
	/** @throws ServiceError UploadNotFoundException */
	readonly find: (repository: Repository, id: string) => Upload;
	readonly append: (upload: Upload, body: Readable) => Promise<number>;
	/**
	 * Ends an upload: its bytes become a blob of the repository when they have the digest that was promised.
	 * @throws ServiceError InvalidLayerException
	 */
	readonly complete: (repository: Repository, upload: Upload, digest: string) => Promise<void>;
	readonly cancel: (upload: Upload) => Promise<void>;
	/** Lets go of blobs that no repository holds any more. */
	readonly collect: (digests: Iterable<string>) => Promise<void>;
}

export function createLayers(blobs: Blobs, registries: Registries): Layers {
	const uploads = new Map<string, Upload>();

	const find: Layers['find'] = (repository, id) => {
		const upload = uploads.get(id);
		if (upload?.repository === repository.arn) return upload;
		throw new ServiceError(
			'UploadNotFoundException',
			`The upload with id '${id}' does not exist in the repository with name '${repository.name}'`,
		);
	};

	const cancel: Layers['cancel'] = async (upload) => {
		uploads.delete(upload.id);
		await upload.discard();
	};

	const complete: Layers['complete'] = async (repository, upload, digest) => {
		uploads.delete(upload.id);
		const actual = await upload.finish();
		if (actual !== digest) {
			await upload.discard();
			throw new ServiceError(
				'InvalidLayerException',
				`None of the provided layer digests match the calculated layer digest: ${actual}`,
			);
		}
		repository.blobs.set(digest, await blobs.keep(upload, digest));
	};

	const held = (digest: string) =>
		registries.all().some(({ repositories }) => [...repositories.values()].some(({ blobs }) => blobs.has(digest)));

	return {
		start: async (repository) => {
			const upload = await blobs.startUpload(repository.arn);
			uploads.set(upload.id, upload);
			return upload;
		},
		find,
		append: (upload, body) => upload.append(body),
		complete,
		cancel,
		collect: async (digests) => {
			await Promise.all([...digests].filter((digest) => !held(digest)).map((digest) => blobs.remove(digest)));
		},
	};
}
