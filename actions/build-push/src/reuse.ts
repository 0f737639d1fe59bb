import { PipelineError } from '@ecr-pipeline/core';
import type { Manifest } from '@ecr-pipeline/registry';
import type { BuildJob, Destination } from './result.ts';

/**
 * `if-tag-exists: reuse`: the image that this build would make again, if the tags tell. They do when all of them stand on
 * one image, or when one stands that can never move: it names one build for ever, so a run that ended half-way is taken up
 * where it was. A tag that moves, such as a branch, tells nothing by itself: it stands on an older build.
 */
export function reusableImage(
	{ tags, input }: BuildJob,
	existing: ReadonlyMap<string, Manifest>,
	{ immutable, repository }: Destination,
): Manifest | undefined {
	if (input.ifTagExists !== 'reuse') return undefined;
	const deciding = tags.length > 0 && tags.every((tag) => existing.has(tag)) ? tags : tags.filter(immutable);
	const images = new Map(
		deciding.flatMap((tag) => {
			const manifest = existing.get(tag);
			return manifest === undefined ? [] : [[manifest.digest, { tag, manifest }] as const];
		}),
	);
	const fixed = [...images.values()].filter(({ tag }) => immutable(tag));
	if (images.size === 1) return [...images.values()][0]?.manifest;
	if (fixed.length === 1) return fixed[0]?.manifest;
	if (fixed.length === 0) return undefined;
	throw new PipelineError({
		code: 'conflict',
		attempted: `Could not tell which image of ${repository.name} to reuse`,
		answer: fixed.map(({ tag, manifest }) => `the immutable tag ${tag} stands on ${manifest.digest}`).join('; '),
		fix: 'Nothing has been built. These tags name different builds: use one of them, or new ones.',
	});
}
