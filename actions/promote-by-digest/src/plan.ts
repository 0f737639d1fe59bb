import { type Context, type Digest, formatImageReference, PipelineError } from '@ecr-pipeline/core';
import {
	describeRepository,
	isTagImmutable,
	openRegistries,
	planTags,
	pushTimes,
	type Registries,
	type TagPlan,
	tagConflict,
} from '@ecr-pipeline/ecr';
import { type ImageGraph, type ImageRepository, type Manifest, readGraph } from '@ecr-pipeline/registry';
import type { PromoteInputs } from './inputs.ts';

/** What is to be promoted, found at its source. */
export interface Source {
	readonly repository: ImageRepository;
	readonly root: Manifest;
	/** All that the image is made of; read when it is first asked for. */
	readonly graph: () => Promise<ImageGraph>;
}

/** What one destination has already, and what will become of its tags. */
export interface DestinationPlan {
	readonly repository: ImageRepository;
	/** The digest is there already, and so is all that it lists: registries refuse an image with holes. */
	readonly present: boolean;
	readonly tags: readonly TagPlan[];
	/** A repository of the same registry to mount blobs from. */
	readonly mountFrom?: string;
}

export interface Plan {
	readonly source: Source;
	readonly destinations: readonly DestinationPlan[];
}

/** Looks at both sides and decides everything; nothing has been written when it returns or throws. */
export async function makePlan(inputs: PromoteInputs, context: Context): Promise<Plan> {
	const registries = await openRegistries(context);
	const from = registries.complete(inputs.image);
	const repository = await registries.repository(from);
	const wanted = from.digest ?? from.tag ?? '';
	const destinations = inputs.destinations.map((destination) => registries.complete(destination));
	const ontoItself = destinations.find((destination) => isSamePlace(destination, from));
	if (ontoItself !== undefined && inputs.tags.length === 0) {
		throw new PipelineError({
			code: 'invalid-input',
			attempted: `The destination ${repository.name} is the source, and no tags are given`,
			fix: 'Name another repository in `to`, or the tags to set in `tags`.',
		});
	}
	const digest = from.digest ?? (await findRoot(repository.manifests([wanted]), repository, wanted)).digest;
	// By digest, nothing asked of a destination depends on the source's answer: both sides are asked at once, and a
	// repository that is both is asked once.
	const atSource = repository.manifests(ontoItself === undefined ? [digest] : [digest, ...inputs.tags]);
	const finding = findRoot(atSource, repository, digest);
	let reading: Promise<ImageGraph> | undefined;
	const graph = (): Promise<ImageGraph> => {
		reading ??= finding.then((root) => readGraph(repository, root));
		return reading;
	};
	const [root, ...planned] = await Promise.all([
		finding,
		...destinations.map((destination) =>
			planDestination(digest, { ...from, atSource, graph }, destination, inputs, registries),
		),
	]);
	const source = { repository, root, graph };
	await assertNoConflict(source, planned, registries);
	return { source, destinations: planned };
}

/** Every destination's conflicts as one error, with the time each of the two images was pushed. */
async function assertNoConflict(
	{ repository, root }: Source,
	plans: readonly DestinationPlan[],
	registries: Registries,
): Promise<void> {
	const conflicting = plans.filter(({ tags }) => tags.some(({ outcome }) => outcome === 'conflict'));
	if (conflicting.length === 0) return;
	const errors = await Promise.all(
		conflicting.map(async (plan) => {
			const holders = plan.tags.flatMap(({ previous }) => (previous === undefined ? [] : [previous]));
			const [ours, theirs] = await Promise.all([
				timesIn(repository, [root.digest], registries),
				timesIn(plan.repository, holders, registries),
			]);
			return tagConflict(plan.tags, root.digest, plan.repository.name, new Map([...theirs, ...ours]));
		}),
	);
	throw new PipelineError({ code: 'conflict', attempted: errors.map((error) => error?.message ?? '').join('\n') });
}

async function timesIn(
	repository: ImageRepository,
	digests: readonly Digest[],
	registries: Registries,
): Promise<ReadonlyMap<string, Date>> {
	const access = await registries.ecr(repository.registry, repository.repository);
	return access === undefined ? new Map() : pushTimes(access, repository.repository, digests);
}

type Lookup = Promise<ReadonlyMap<string, Manifest>>;

async function findRoot(lookup: Lookup, repository: ImageRepository, reference: string): Promise<Manifest> {
	const root = (await lookup).get(reference);
	if (root !== undefined) return root;
	const separator = reference.startsWith('sha256:') ? '@' : ':';
	throw new PipelineError({
		code: 'not-found',
		attempted: `There is no image ${repository.name}${separator}${reference}`,
		fix: 'Check the registry, account and region of the source. An archived image is not found until it is restored.',
	});
}

interface Place {
	readonly registry: string;
	readonly repository: string;
}

function isSamePlace(one: Place, other: Place): boolean {
	return one.registry === other.registry && one.repository === other.repository;
}

async function planDestination(
	digest: Digest,
	from: Place & { readonly atSource: Lookup; readonly graph: Source['graph'] },
	to: Place,
	inputs: PromoteInputs,
	registries: Registries,
): Promise<DestinationPlan> {
	const repository = await registries.repository(to);
	const found = await (isSamePlace(to, from) ? from.atSource : repository.manifests([digest, ...inputs.tags]));
	const existing = new Map<string, Digest>();
	for (const tag of inputs.tags) {
		const holder = found.get(tag);
		if (holder !== undefined) existing.set(tag, holder.digest);
	}
	const present = found.has(digest);
	// What will be copied is read while the repository's settings are asked for; an error of it shows when it is used.
	if (!present) from.graph().catch(() => undefined);
	const settled = present && inputs.tags.every((tag) => existing.get(tag) === digest) && inputs.ifTagExists !== 'fail';
	const immutable = settled ? () => false : await immutability(to, registries);
	return {
		repository,
		present,
		tags: planTags(inputs.tags, digest, existing, inputs.ifTagExists, immutable),
		...(to.registry === from.registry && !isSamePlace(to, from) ? { mountFrom: from.repository } : {}),
	};
}

async function immutability(place: Place, registries: Registries): Promise<(tag: string) => boolean> {
	const access = await registries.ecr(place.registry, place.repository);
	if (access === undefined) return () => false;
	const settings = await describeRepository(access, place.repository);
	if (settings === undefined) {
		throw new PipelineError({
			code: 'not-found',
			attempted: `There is no repository ${formatImageReference(place)}`,
			fix: `Create it with \`aws ecr create-repository --repository-name ${place.repository} --region ${access.region}\`.`,
		});
	}
	return (tag) => isTagImmutable(settings, tag);
}
