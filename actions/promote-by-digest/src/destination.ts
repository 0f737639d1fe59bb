import { type Digest, formatImageReference, PipelineError } from '@ecr-pipeline/core';
import {
	describeRepository,
	isTagImmutable,
	planTags,
	pushTimes,
	type TagConflictPolicy,
	type TagPlan,
	tagConflict,
} from '@ecr-pipeline/ecr';
import type { ImageRepository } from '@ecr-pipeline/registry';
import { type Answers, nameOf, type Place, type Side, type Sides } from './sides.ts';
import type { Source } from './source.ts';

/** What one destination has already, and what will become of its tags. */
export interface Destination {
	readonly place: Place;
	readonly repository: ImageRepository;
	/** The digest is there already, and so is all that it lists: registries refuse an image with holes. */
	readonly present: boolean;
	readonly tags: readonly TagPlan[];
	/** A repository of the same registry to mount blobs from. */
	readonly mountFrom?: string;
}

/** Tells for a repository which of its tags can never move; each repository is asked once. */
export type Immutability = (place: Place) => Promise<(tag: string) => boolean>;

export function askImmutability({ registries }: Side): Immutability {
	const known = new Map<string, ReturnType<Immutability>>();
	return (place) => {
		const name = nameOf(place);
		const answer =
			known.get(name) ??
			registries
				.ask(place, async (access) => {
					const settings = await describeRepository(access, place.repository);
					if (settings === undefined) throw noRepository(place, access.region);
					return (tag: string) => isTagImmutable(settings, tag);
				})
				.then((immutable) => immutable ?? (() => false));
		known.set(name, answer);
		return answer;
	};
}

function noRepository(place: Place, region: string): PipelineError {
	return new PipelineError({
		code: 'not-found',
		attempted: `There is no repository ${formatImageReference(place)}`,
		fix: `Create it with \`aws ecr create-repository --repository-name ${place.repository} --region ${region}\`.`,
	});
}

export interface DestinationRequest {
	readonly place: Place;
	readonly repository: ImageRepository;
	readonly digest: Digest;
	readonly tags: readonly string[];
	readonly policy: TagConflictPolicy;
	readonly answers: Promise<Answers>;
	readonly source: Pick<Source, 'graph'> & { readonly place: Place };
	readonly immutability: Immutability;
}

/** Decides what has to be done at one destination. */
export async function planDestination(request: DestinationRequest): Promise<Destination> {
	const { place, repository, digest, tags, policy, source } = request;
	const found = await request.answers;
	const existing = new Map<string, Digest>();
	for (const tag of tags) {
		const holder = found.get(tag);
		if (holder !== undefined) existing.set(tag, holder.digest);
	}
	const present = found.has(digest);
	// What will be copied is read while the repository's settings are asked for; an error of it shows when it is used.
	if (!present) source.graph().catch(() => undefined);
	const settled = present && tags.every((tag) => existing.get(tag) === digest) && policy !== 'fail';
	const immutable = settled ? () => false : await request.immutability(place);
	const isSource = nameOf(place) === nameOf(source.place);
	return {
		place,
		repository,
		present,
		tags: planTags(tags, digest, existing, policy, immutable),
		...(place.registry === source.place.registry && !isSource ? { mountFrom: source.place.repository } : {}),
	};
}

/** A tag that cannot be set is an error, with the time each of the two images was pushed. */
export async function assertNoConflict({ place, root }: Source, destination: Destination, sides: Sides): Promise<void> {
	const { tags, repository } = destination;
	if (tags.every(({ outcome }) => outcome !== 'conflict')) return;
	const holders = tags.flatMap(({ previous }) => (previous === undefined ? [] : [previous]));
	const times = async (side: Side, at: Place, digests: readonly Digest[]): Promise<ReadonlyMap<string, Date>> =>
		(await side.registries.ask(at, (access) => pushTimes(access, at.repository, digests))) ?? new Map();
	const [ours, theirs] = await Promise.all([
		times(sides.source, place, [root.digest]),
		times(sides.destination, destination.place, holders),
	]);
	const conflict = tagConflict(tags, root.digest, repository.name, new Map([...theirs, ...ours]));
	if (conflict !== undefined) throw conflict;
}
