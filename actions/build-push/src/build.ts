import { type Context, PipelineError, shortDigest } from '@ecr-pipeline/core';
import { isTagImmutable, openRegistries } from '@ecr-pipeline/ecr';
import { isIndexMediaType, type Manifest, type OciLayout, openOciLayout } from '@ecr-pipeline/registry';
import { assertAble } from './abilities.ts';
import { buildAndPushByBuildx, buildLayoutByBuildx } from './by-buildx.ts';
import { buildAndPushByDocker, buildByDocker } from './by-docker.ts';
import { pushLayout } from './by-layout.ts';
import { mergeImages } from './by-merge.ts';
import { givenCache, registryCache } from './cache.ts';
import { chooseDriver, isBuilder } from './driver.ts';
import { readEvent } from './event.ts';
import type { BuildInputs } from './inputs.ts';
import { lookUpTags, placeTags } from './placing.ts';
import { platformsOf } from './platforms.ts';
import { ensureRepository } from './repository.ts';
import type { BuildJob, BuildResult, Built, Destination } from './result.ts';
import { reusableImage } from './reuse.ts';
import { resolveTags } from './tags.ts';

/** Makes the image, pushes it by digest, and tags it last. */
export async function build(input: BuildInputs, context: Context): Promise<BuildResult> {
	const started = context.clock.now();
	const event = await readEvent(context);
	const tags = resolveTags(input.tags, event, started, context.log);
	const job: BuildJob = { input, event, tags, driver: await chooseDriver(input, context) };
	await assertAble(job);
	context.log.info(`Driver: ${job.driver.kind}, because ${job.driver.why}.`);
	const result = input.push ? await pushed(job, context) : await unpushed(job, context);
	return { ...result, milliseconds: context.clock.now() - started };
}

type Unfinished = Omit<BuildResult, 'milliseconds'>;

async function pushed(job: BuildJob, context: Context): Promise<Unfinished> {
	const { input, tags } = job;
	// A layout that cannot be read ends the run before a repository is made for it.
	const layout = input.layout === undefined ? undefined : await openLayout(job, input.layout, context);
	const destination = await openDestination(input, context);
	const existing = await lookUpTags(tags, destination);
	const reused = reusableImage(job, existing, destination);
	if (reused !== undefined) {
		context.log.info(`Reusing ${destination.repository.name}@${reused.digest}: nothing is built.`);
		return finish(job, destination, { manifest: reused, reused: true, metadata: {} }, false);
	}
	if (isBuilder(job.driver)) foretell(job, existing, destination, context.log);
	return finish(job, destination, await make(job, layout, destination, context), isBuilder(job.driver));
}

async function openLayout(job: BuildJob, path: string, context: Context): Promise<OciLayout> {
	const layout = await openOciLayout(path, context.temporaryDirectory);
	assertProfile(job, layout.root, path);
	return layout;
}

async function openDestination(input: BuildInputs, context: Context): Promise<Destination> {
	const registries = await openRegistries(context);
	const registry = input.registry ?? registries.defaultRegistry();
	const access = await registries.ecr(registry, input.repository);
	const repository = await registries.repository({ registry, repository: input.repository });
	if (access === undefined) return { repository, immutable: () => false };
	const described = await ensureRepository(access, input.repository, input.create, context.log);
	return { repository, immutable: (tag) => isTagImmutable(described, tag) };
}

/** Says before the build what is known: an image with attestations is never the same twice, so a fixed tag cannot fit. */
function foretell(
	{ input, tags }: BuildJob,
	existing: ReadonlyMap<string, Manifest>,
	{ immutable, repository }: Destination,
	log: Context['log'],
): void {
	for (const tag of tags) {
		const holder = existing.get(tag);
		const fixed = holder !== undefined && (input.ifTagExists !== 'overwrite' || immutable(tag));
		if (!fixed) continue;
		if (input.recipe.attests) {
			throw new PipelineError({
				code: 'conflict',
				attempted: `The tag ${tag} of ${repository.name} stands on ${holder.digest}, and no build with provenance or sbom gives the same digest again`,
				fix: 'Nothing has been built. Use if-tag-exists: reuse, another tag, or no attestations.',
			});
		}
		log.info(`The tag ${tag} stands on ${shortDigest(holder.digest)}: this build must give the same image.`);
	}
}

function make(
	job: BuildJob,
	layout: OciLayout | undefined,
	destination: Destination,
	context: Context,
): Promise<Built> {
	if (layout !== undefined) return pushLayout(layout, destination, context);
	if (job.input.merge !== undefined) return mergeImages(job.input.merge, destination, context);
	if (job.driver.kind === 'docker') return buildAndPushByDocker(job, destination, context);
	return buildAndPushByBuildx(job, destination, registryCache(job, destination, context.log), context);
}

async function finish(job: BuildJob, destination: Destination, built: Built, wasBuilt: boolean): Promise<Unfinished> {
	const { repository } = destination;
	const { manifest, source = repository, metadata, refusal, tagged: known } = built;
	const base = {
		registry: repository.registry,
		repository: repository.repository,
		driver: job.driver,
		metadata,
		built: wasBuilt,
		reused: built.reused === true,
	};
	if (manifest === undefined) {
		return { ...base, platforms: new Map(), tags: refusal?.plans ?? [], ...failed(refusal?.failure) };
	}
	assertProfile(job, manifest, repository.name);
	// Looked up anew: a build takes minutes, and others tag meanwhile.
	const existing = known?.existing ?? (await lookUpTags(job.tags, destination));
	const { tags, failure } = await placeTags(
		job.tags,
		manifest,
		existing,
		job.input.ifTagExists,
		destination,
		known?.tag,
	);
	const reused = base.reused || tags.some(({ outcome }) => outcome === 'unchanged');
	const tagged = { ...base, reused, manifest, tags };
	try {
		return { ...tagged, platforms: await platformsOf(source, manifest), ...failed(failure) };
	} catch (error) {
		// The image is there and tagged; its digest must come out all the same.
		if (!(error instanceof PipelineError)) throw error;
		return { ...tagged, platforms: new Map(), failure: failure ?? error };
	}
}

function failed(failure: PipelineError | undefined): { failure?: PipelineError } {
	return failure === undefined ? {} : { failure };
}

async function unpushed(job: BuildJob, context: Context): Promise<Unfinished> {
	const built =
		job.driver.kind === 'docker'
			? await buildByDocker(job, context)
			: await buildLayoutByBuildx(job, givenCache(job), context);
	const { manifest, source, metadata, layout } = built;
	const platforms = manifest === undefined || source === undefined ? new Map() : await platformsOf(source, manifest);
	return {
		repository: job.input.repository,
		...(manifest === undefined ? {} : { manifest }),
		platforms,
		tags: [],
		built: true,
		reused: false,
		driver: job.driver,
		metadata,
		...(layout === undefined ? {} : { layout }),
	};
}

function assertProfile({ input }: BuildJob, manifest: Manifest, name: string): void {
	if (input.profile !== 'lambda' || !isIndexMediaType(manifest.mediaType)) return;
	throw new PipelineError({
		code: 'unsupported',
		attempted: `profile: lambda wants one plain manifest, and ${manifest.digest} of ${name} is an index`,
		answer: `its media type is ${manifest.mediaType}`,
		fix: 'Build for one platform without provenance and sbom; AWS Lambda takes no index.',
	});
}
