import type { Context, ImageReference } from '@ecr-pipeline/core';
import { type CompleteReference, openRegistries, openRegistriesAs, type Registries } from '@ecr-pipeline/ecr';
import type { ImageRepository, Manifest } from '@ecr-pipeline/registry';
import type { PromoteInputs, Release } from './inputs.ts';

export interface Place {
	readonly registry: string;
	readonly repository: string;
}

/** The registries as one side of the promotion sees them: by the logins of the job, or by a role of its own. */
export interface Side {
	readonly registries: Registries;
	readonly complete: (reference: ImageReference) => CompleteReference;
	/** The same object for the same place, so that questions about it can be asked together. */
	readonly repository: (place: Place) => Promise<ImageRepository>;
}

export interface Sides {
	readonly source: Side;
	readonly destination: Side;
}

/** Opens both sides. Without roles they are one and the same. */
export async function openSides(
	{ sourceRole, destinationRole }: Pick<PromoteInputs, 'sourceRole' | 'destinationRole'>,
	releases: readonly Release[],
	context: Context,
): Promise<Sides> {
	const hosts = (references: readonly ImageReference[]): string[] => [
		...new Set(references.map(({ registry }) => registry).filter((host) => host !== undefined)),
	];
	const byLogins = async (): Promise<Side> => sideOf(await openRegistries(context));
	const byRole = async (role: string, references: readonly ImageReference[]): Promise<Side> =>
		sideOf(await openRegistriesAs(role, hosts(references), context));
	if (sourceRole === undefined && destinationRole === undefined) {
		const both = await byLogins();
		return { source: both, destination: both };
	}
	const sources = releases.map(({ image }) => image);
	const destinations = releases.flatMap((release) => release.destinations);
	const [source, destination] = await Promise.all([
		sourceRole === undefined ? byLogins() : byRole(sourceRole, sources),
		destinationRole === undefined ? byLogins() : byRole(destinationRole, destinations),
	]);
	return { source, destination };
}

function sideOf(registries: Registries): Side {
	const opened = new Map<string, Promise<ImageRepository>>();
	return {
		registries,
		complete: registries.complete,
		repository(place) {
			const name = nameOf(place);
			const repository = opened.get(name) ?? registries.repository(place);
			opened.set(name, repository);
			return repository;
		},
	};
}

/** `registry/repository`. */
export function nameOf({ registry, repository }: Place): string {
	return `${registry}/${repository}`;
}

export interface Question {
	readonly repository: ImageRepository;
	/** Digests and tags. */
	readonly references: readonly string[];
}

export type Answers = ReadonlyMap<string, Manifest>;

/**
 * Asks every repository once for everything that anybody wants to know of it: what would be a question for each image is
 * one for each hundred. An error is told to those who look at the answer.
 */
export function askTogether(questions: readonly Question[]): (repository: ImageRepository) => Promise<Answers> {
	const together = new Map<ImageRepository, Set<string>>();
	for (const { repository, references } of questions) {
		const all = together.get(repository) ?? new Set<string>();
		for (const reference of references) all.add(reference);
		together.set(repository, all);
	}
	const answers = new Map(
		[...together].map(([repository, references]) => {
			const answer = repository.manifests([...references]);
			answer.catch(() => undefined);
			return [repository, answer] as const;
		}),
	);
	return async (repository) => (await answers.get(repository)) ?? new Map();
}
