import { type Context, type Digest, PipelineError, retry } from '@ecr-pipeline/core';
import type { ImageRepository, Manifest } from '@ecr-pipeline/registry';

const ATTEMPTS = 7;

/**
 * The manifest of a digest as the registry itself answers it. ECR may not know an image in the first moments after its
 * push (docker/github-builder#30), so that answer is asked for again before it is believed.
 */
export async function confirmed(repository: ImageRepository, digest: Digest, context: Context): Promise<Manifest> {
	const missing = new PipelineError({
		code: 'not-found',
		attempted: `The image ${digest} was pushed, but ${repository.name} does not have it`,
		fix: 'Look whether a lifecycle rule removed it, and run the job again.',
	});
	return retry(
		async () => {
			const manifest = (await repository.manifests([digest])).get(digest);
			if (manifest === undefined) throw missing;
			return manifest;
		},
		{ ...context, attempts: ATTEMPTS, baseMilliseconds: 250, again: (error) => error === missing },
	);
}
