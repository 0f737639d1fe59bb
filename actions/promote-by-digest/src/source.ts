import { PipelineError } from '@ecr-pipeline/core';
import { type CompleteReference, imageStatus } from '@ecr-pipeline/ecr';
import { type ImageGraph, type ImageRepository, type Manifest, readGraph } from '@ecr-pipeline/registry';
import { withHeldForeignLayers } from './foreign.ts';
import type { Answers, Side } from './sides.ts';

/** What is to be promoted, found at its source. */
export interface Source {
	readonly place: CompleteReference;
	readonly repository: ImageRepository;
	/** The image as it stands at the source: what a verdict is about. */
	readonly original: Manifest;
	/** What is promoted: the same, or an index of some of its platforms. */
	readonly root: Manifest;
	/** All that the image is made of; read when it is first asked for. */
	readonly graph: () => Promise<ImageGraph>;
}

/** Reads the graph when it is first asked for, and once. */
export function readOnce(repository: ImageRepository, root: Promise<Manifest>): Source['graph'] {
	let reading: Promise<ImageGraph> | undefined;
	return () => {
		reading ??= root.then(async (manifest) => withHeldForeignLayers(await readGraph(repository, manifest), repository));
		return reading;
	};
}

/** The manifest that was asked for; an error that says why when it is not there. */
export async function findImage(
	answers: Promise<Answers>,
	place: CompleteReference,
	reference: string,
	{ registries, repository: open }: Side,
): Promise<Manifest> {
	const manifest = (await answers).get(reference);
	if (manifest !== undefined) return manifest;
	const separator = reference.startsWith('sha256:') ? '@' : ':';
	const { name } = await open(place);
	// Only an error is made richer by it: where it may not be asked, the image is just not there.
	const described = await registries
		.ask(place, async (access) => ({
			status: await imageStatus(access, place.repository, reference),
			region: access.region,
		}))
		.catch(() => undefined);
	const imageId = separator === '@' ? `imageDigest=${reference}` : `imageTag=${reference}`;
	throw new PipelineError({
		code: 'not-found',
		attempted: `There is no image ${name}${separator}${reference}`,
		...whyAbsent(described, place.repository, imageId),
	});
}

function whyAbsent(
	described: { readonly status: string | undefined; readonly region: string } | undefined,
	repository: string,
	imageId: string,
): { readonly answer?: string; readonly fix: string } {
	if (described?.status === 'ARCHIVED')
		return {
			answer: 'it is archived, and an archived image cannot be read',
			fix: `Restore it with \`aws ecr update-image-storage-class --repository-name ${repository} --image-id ${imageId} --target-storage-class STANDARD --region ${described.region}\`, and run again when it is active.`,
		};
	if (described?.status === 'ACTIVATING')
		return {
			answer: 'it is being restored from the archive',
			fix: 'Run again when it is active; ECR says 20 minutes.',
		};
	return { fix: 'Check the registry, account and region of the source.' };
}
