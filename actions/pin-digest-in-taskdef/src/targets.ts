import { formatImageReference, PipelineError, parseImageReference } from '@ecr-pipeline/core';
import type { CompleteReference } from '@ecr-pipeline/ecr';
import type { Container } from './definition.ts';
import type { PinnedReference } from './inputs.ts';

/** An image with its registry, and where it goes. */
export interface CompletePin {
	readonly containers: readonly string[];
	readonly image: PinnedReference & CompleteReference;
}

/** A container and the image it gets. */
export interface Target {
	readonly container: Container;
	readonly image: CompletePin['image'];
}

/** Finds the containers of every pin, in the order of the task definition. A pin without a container is an error. */
export function targetsOf(pins: readonly CompletePin[], containers: readonly Container[], name: string): Target[] {
	const chosen = new Map<number, Target>();
	for (const { containers: names, image } of pins) {
		const found = names.length === 0 ? ofRepository(image, containers, name) : containersNamed(names, containers, name);
		for (const container of found) {
			const before = chosen.get(container.index)?.image;
			if (before !== undefined && formatImageReference(before) !== formatImageReference(image))
				throw twoImages(container, [before, image]);
			chosen.set(container.index, { container, image });
		}
	}
	return [...chosen.values()].sort((a, b) => a.container.index - b.container.index);
}

/** The containers of these names. One that is not there is an error with those that are. */
export function containersNamed(
	names: readonly string[],
	containers: readonly Container[],
	definition: string,
): Container[] {
	return names.map((name) => {
		const found = containers.find((container) => container.name === name);
		if (found !== undefined) return found;
		const there = containers.map((container) => container.name);
		throw new PipelineError({
			code: 'not-found',
			attempted: `There is no container "${name}" in ${definition}`,
			answer: `it has ${there.join(', ')}`,
			fix: `Did you mean "${nearest(name, there)}"?`,
		});
	});
}

function ofRepository(image: PinnedReference, containers: readonly Container[], definition: string): Container[] {
	const wanted = repositoryPath(image.repository);
	const found = containers.filter((container) => repositoryOf(container.image) === wanted);
	if (found.length > 0) return found;
	const there = containers.map(({ name, image: current }) => `${name} (${current ?? 'no image'})`);
	throw new PipelineError({
		code: 'not-found',
		attempted: `No container of ${definition} runs the repository ${image.repository}`,
		answer: `it has ${there.join(', ')}`,
		fix: `Name the container: CONTAINER=${formatImageReference(image)}.`,
	});
}

function repositoryOf(image: string | undefined): string | undefined {
	const parsed = image === undefined ? undefined : parseImageReference(image);
	return parsed === undefined || 'problem' in parsed ? undefined : repositoryPath(parsed.repository);
}

/** Docker Hub's official images are written with and without `library/` (github.com/distribution/reference). */
function repositoryPath(repository: string): string {
	return repository.replace(/^library\//, '');
}

function twoImages({ name }: Container, images: readonly PinnedReference[]): PipelineError {
	return new PipelineError({
		code: 'invalid-input',
		attempted: `The container "${name}" is given two images`,
		answer: images.map(formatImageReference).join(' and '),
		fix: 'Name the container of each image: CONTAINER=repository@sha256:….',
	});
}

function nearest(name: string, candidates: readonly string[]): string {
	const [best = ''] = [...candidates].sort((a, b) => editDistance(name, a) - editDistance(name, b));
	return best;
}

/** Levenshtein's distance, one row at a time. */
function editDistance(a: string, b: string): number {
	let row = Array.from({ length: b.length + 1 }, (_, index) => index);
	for (const [i, letter] of [...a].entries()) {
		const next = [i + 1];
		for (const [j, other] of [...b].entries()) {
			const replaced = (row[j] ?? 0) + (letter === other ? 0 : 1);
			next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
		}
		row = next;
	}
	return row.at(-1) ?? 0;
}
