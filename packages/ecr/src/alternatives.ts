import { PipelineError } from '@ecr-pipeline/core';
import type { ImageRepository } from '@ecr-pipeline/registry';

/**
 * Does the same by one way after another until one is permitted; any other error ends it. When none is, the first refusal
 * is the error.
 */
export async function firstPermitted<Way, Result>(
	ways: readonly Way[],
	work: (way: Way) => Promise<Result>,
): Promise<Result> {
	let refusal: unknown;
	for (const way of ways) {
		try {
			return await work(way);
		} catch (error) {
			if (!(error instanceof PipelineError) || error.code !== 'access-denied') throw error;
			refusal ??= error;
		}
	}
	throw refusal;
}

/**
 * One repository that several roles of this job may be for. Each kind of call goes by the role that was permitted it last,
 * and by the others when that one is refused: one role may read where another may write.
 * @param repositories the same repository by each role, the preferred first
 */
export function byAnyRole(repositories: readonly [ImageRepository, ...ImageRepository[]]): ImageRepository {
	const [preferred] = repositories;
	const order = <Call>(): ((work: (repository: ImageRepository) => Promise<Call>) => Promise<Call>) => {
		let first: ImageRepository = preferred;
		return (work) =>
			firstPermitted([first, ...repositories.filter((one) => one !== first)], async (repository) => {
				const result = await work(repository);
				first = repository;
				return result;
			});
	};
	const manifests = order<Awaited<ReturnType<ImageRepository['manifests']>>>();
	const locateBlob = order<Awaited<ReturnType<ImageRepository['locateBlob']>>>();
	const presentBlobs = order<Awaited<ReturnType<ImageRepository['presentBlobs']>>>();
	const putBlob = order<Awaited<ReturnType<ImageRepository['putBlob']>>>();
	const putManifest = order<void>();
	const referrers = order<Awaited<ReturnType<ImageRepository['referrers']>>>();
	return {
		name: preferred.name,
		registry: preferred.registry,
		repository: preferred.repository,
		manifests: (references) => manifests((repository) => repository.manifests(references)),
		locateBlob: (blob) => locateBlob((repository) => repository.locateBlob(blob)),
		presentBlobs: (digests) => presentBlobs((repository) => repository.presentBlobs(digests)),
		putBlob: (blob, offer) => putBlob((repository) => repository.putBlob(blob, offer)),
		putManifest: (manifest, tag) => putManifest((repository) => repository.putManifest(manifest, tag)),
		referrers: (subject) => referrers((repository) => repository.referrers(subject)),
	};
}
