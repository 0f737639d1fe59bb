import { type Context, type Digest, PipelineError } from '@ecr-pipeline/core';
import type { CompleteReference } from '@ecr-pipeline/ecr';
import type { ImageRepository, Manifest } from '@ecr-pipeline/registry';
import {
	askImmutability,
	assertNoConflict,
	type Destination,
	type Immutability,
	planDestination,
} from './destination.ts';
import { forAll } from './failures.ts';
import type { PromoteInputs, Release } from './inputs.ts';
import { choosePlatforms } from './platforms.ts';
import { askTogether, nameOf, openSides, type Place, type Question, type Sides } from './sides.ts';
import { findImage, readOnce, type Source } from './source.ts';

/** One image, and all that will become of it. */
export interface PlannedRelease {
	readonly release: Release;
	readonly source: Source;
	readonly destinations: readonly Destination[];
}

export interface Plan {
	readonly sides: Sides;
	readonly releases: readonly PlannedRelease[];
}

const NOTHING_DONE = 'Nothing has been copied.';

/** Looks at both sides and decides everything; nothing has been written when it returns or throws. */
export async function makePlan(releases: readonly Release[], inputs: PromoteInputs, context: Context): Promise<Plan> {
	const sides = await openSides(inputs, releases, context);
	const located = await forAll(releases, NOTHING_DONE, (release) => locate(release, sides));
	const resolved = await resolveTags(located, sides);
	assertOneDigestPerTag(resolved);
	const immutability = askImmutability(sides.destination);
	const planned =
		inputs.platforms === undefined
			? await planWhole(resolved, inputs, sides, immutability)
			: await planSubset(resolved, inputs.platforms, inputs, sides, immutability);
	return { sides, releases: planned };
}

/** A release whose places are known. */
interface Located {
	readonly release: Release;
	readonly from: CompleteReference;
	readonly source: ImageRepository;
	readonly to: readonly { readonly place: Place; readonly repository: ImageRepository }[];
}

type Resolved = Located & { readonly digest: Digest };

async function locate(release: Release, { source, destination }: Sides): Promise<Located> {
	const from = source.complete(release.image);
	const places = new Map<string, Place>(
		release.destinations
			.map((reference) => destination.complete(reference))
			.map(({ registry, repository }) => [`${registry}/${repository}`, { registry, repository }] as const),
	);
	if (places.has(nameOf(from)) && release.tags.length === 0) {
		throw new PipelineError({
			code: 'invalid-input',
			attempted: `The destination ${nameOf(from)} is the source, and no tags are given`,
			fix: 'Name another repository in `to`, or the tags to set in `tags`.',
		});
	}
	const [repository, ...targets] = await Promise.all([
		source.repository(from),
		...[...places.values()].map(destination.repository),
	]);
	return {
		release,
		from,
		source: repository,
		to: [...places.values()].flatMap((place, index) => {
			const target = targets[index];
			return target === undefined ? [] : [{ place, repository: target }];
		}),
	};
}

/** A tag is resolved once, at the edge. */
async function resolveTags(located: readonly Located[], { source: side }: Sides): Promise<Resolved[]> {
	const tagged = located.filter(({ from }) => from.digest === undefined);
	const answers = askTogether(tagged.map(({ from, source }) => ({ repository: source, references: [from.tag ?? ''] })));
	return forAll(located, NOTHING_DONE, async (one) => {
		const { from, source } = one;
		if (from.digest !== undefined) return { ...one, digest: from.digest };
		return { ...one, digest: (await findImage(answers(source), from, from.tag ?? '', side)).digest };
	});
}

/** In a list two images could be given the same tag of the same repository: which of them is meant cannot be known. */
function assertOneDigestPerTag(resolved: readonly Resolved[]): void {
	const holders = new Map<string, Digest>();
	for (const { digest, release, to } of resolved) {
		for (const name of to.flatMap(({ place }) => release.tags.map((tag) => `${nameOf(place)}:${tag}`))) {
			const other = holders.get(name) ?? digest;
			if (other !== digest)
				throw new PipelineError({
					code: 'invalid-input',
					attempted: `The tag ${name} is given to two images`,
					answer: `${other} and ${digest}`,
					fix: `Give each its own tag. ${NOTHING_DONE}`,
				});
			holders.set(name, digest);
		}
	}
}

/** By digest, nothing asked of a destination depends on the source's answer: both sides are asked at once. */
async function planWhole(
	resolved: readonly Resolved[],
	inputs: PromoteInputs,
	sides: Sides,
	immutability: Immutability,
): Promise<PlannedRelease[]> {
	const answers = askTogether(
		resolved.flatMap(({ source, to, digest, release }): Question[] => [
			{ repository: source, references: [digest] },
			...to.map(({ repository }) => ({ repository, references: [digest, ...release.tags] })),
		]),
	);
	return forAll(resolved, NOTHING_DONE, async (one) => {
		const { from, source, digest } = one;
		const finding = findImage(answers(source), from, digest, sides.source);
		const graph = readOnce(source, finding);
		const [original, destinations] = await Promise.all([
			finding,
			planDestinations(one, digest, graph, answers, inputs, immutability),
		]);
		return checked(one, { original, root: original, graph }, destinations, sides);
	});
}

/** The digest of a subset is known only when the source has answered. */
async function planSubset(
	resolved: readonly Resolved[],
	platforms: readonly string[],
	inputs: PromoteInputs,
	sides: Sides,
	immutability: Immutability,
): Promise<PlannedRelease[]> {
	const found = askTogether(resolved.map(({ source, digest }) => ({ repository: source, references: [digest] })));
	const chosen = await forAll(resolved, NOTHING_DONE, async (one) => {
		const original = await findImage(found(one.source), one.from, one.digest, sides.source);
		return { one, original, root: choosePlatforms(original, platforms, `${one.source.name}@${one.digest}`) };
	});
	const answers = askTogether(
		chosen.flatMap(({ one, root }) =>
			one.to.map(({ repository }) => ({ repository, references: [root.digest, ...one.release.tags] })),
		),
	);
	return forAll(chosen, NOTHING_DONE, async ({ one, original, root }) => {
		const graph = readOnce(one.source, Promise.resolve(root));
		const destinations = await planDestinations(one, root.digest, graph, answers, inputs, immutability);
		return checked(one, { original, root, graph }, destinations, sides);
	});
}

function planDestinations(
	{ from, to, release }: Resolved,
	digest: Digest,
	graph: Source['graph'],
	answers: ReturnType<typeof askTogether>,
	{ ifTagExists }: PromoteInputs,
	immutability: Immutability,
): Promise<Destination[]> {
	return Promise.all(
		to.map(({ place, repository }) =>
			planDestination({
				place,
				repository,
				digest,
				tags: release.tags,
				policy: ifTagExists,
				answers: answers(repository),
				source: { place: from, graph },
				immutability,
			}),
		),
	);
}

async function checked(
	{ release, from, source: repository }: Located,
	found: { readonly original: Manifest; readonly root: Manifest; readonly graph: Source['graph'] },
	destinations: readonly Destination[],
	sides: Sides,
): Promise<PlannedRelease> {
	const source: Source = { place: from, repository, ...found };
	await forAll(destinations, NOTHING_DONE, (destination) => assertNoConflict(source, destination, sides));
	return { release, source, destinations };
}
