import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Context, type Digest, isDigest, PipelineError, retry, shortDigest } from '@ecr-pipeline/core';
import type { TagPlan } from '@ecr-pipeline/ecr';
import { type Manifest, parseManifest } from '@ecr-pipeline/registry';
import { buildFlags } from './build-flags.ts';
import { confirmed } from './confirm.ts';
import { docker } from './docker-command.ts';
import { labelsOf } from './labels.ts';
import { lookUpTags } from './placing.ts';
import type { BuildJob, Built, Destination } from './result.ts';
import { withSecretFlags } from './secrets.ts';

/** Builds in the Docker daemon; the image stays there. Returns its id: the digest of its configuration. */
export async function buildByDocker(job: BuildJob, context: Context): Promise<Built & { readonly imageId: Digest }> {
	const { recipe } = job.input;
	const directory = await mkdtemp(join(context.temporaryDirectory, 'build-'));
	const idFile = join(directory, 'image-id');
	try {
		await withSecretFlags(recipe.secrets, context, (secretFlags) =>
			context.log.group(`docker build ${recipe.context}`, () =>
				docker(
					[
						...['build', '--iidfile', idFile],
						// BuildKit in a daemon with the containerd store would attest by itself, and the image be an index.
						...(usesBuildkit(job) ? ['--provenance=false', '--progress', 'plain'] : []),
						...recipe.cache.from.flatMap((image) => ['--cache-from', image]),
						...buildFlags(recipe, labelsOf(job.event, recipe.labels)),
						...secretFlags,
						recipe.context,
					],
					{ attempted: `Could not build ${recipe.context}`, show: true, env: builderEnvironment(job) },
					context,
				),
			),
		);
		const imageId = (await readFile(idFile, 'utf8')).trim();
		if (isDigest(imageId)) return { imageId, metadata: { 'containerimage.config.digest': imageId } };
		throw new PipelineError({
			code: 'unsupported',
			attempted: 'docker build ended without the id of the image',
			answer: imageId,
		});
	} finally {
		await rm(directory, { recursive: true, force: true });
	}
}

/**
 * Builds in the Docker daemon and lets the daemon push. It can push under a tag only, so that tag is chosen with care: one
 * that does not exist yet, and none at all while any wanted tag stands on another image.
 */
export async function buildAndPushByDocker(job: BuildJob, destination: Destination, context: Context): Promise<Built> {
	const { imageId, metadata } = await buildByDocker(job, context);
	const existing = await lookUpTags(job.tags, destination);
	const there = [...existing.values()].find((manifest) => isImage(manifest, imageId));
	if (there !== undefined) {
		context.log.info(`${destination.repository.name} has the image ${shortDigest(imageId)} already: nothing to push.`);
		return { ...whole(there, destination, metadata, existing), reused: true };
	}
	const conflicts = conflictsOf(job, destination, existing, imageId);
	if (conflicts.length > 0) return refused(conflicts, imageId, metadata, destination);
	const tag = job.tags.find((wanted) => !existing.has(wanted)) ?? job.tags[0] ?? '';
	const digest = await push(imageId, `${destination.repository.name}:${tag}`, context);
	return whole(await confirmed(destination.repository, digest, context), destination, metadata, existing, tag);
}

function whole(
	manifest: Manifest,
	{ repository }: Destination,
	metadata: Built['metadata'],
	existing: ReadonlyMap<string, Manifest>,
	tag?: string,
): Built {
	return {
		manifest,
		source: repository,
		metadata: { ...metadata, 'containerimage.digest': manifest.digest },
		tagged: { existing, ...(tag === undefined ? {} : { tag }) },
	};
}

/** The id of an image is the digest of its configuration; with the containerd store it is that of its manifest. */
function isImage(manifest: Manifest, imageId: Digest): boolean {
	if (manifest.digest === imageId) return true;
	const parsed = parseManifest(manifest);
	return parsed.kind === 'image' && parsed.config.digest === imageId;
}

function conflictsOf(
	{ tags, input }: BuildJob,
	{ immutable }: Destination,
	existing: ReadonlyMap<string, Manifest>,
	imageId: Digest,
): TagPlan[] {
	return tags.flatMap((tag): TagPlan[] => {
		const holder = existing.get(tag);
		if (holder === undefined || isImage(holder, imageId)) return [];
		if (input.ifTagExists === 'overwrite' && !immutable(tag)) return [];
		const reason =
			input.ifTagExists === 'overwrite'
				? 'the repository makes this tag immutable'
				: `if-tag-exists is ${input.ifTagExists}`;
		return [{ tag, outcome: 'conflict', previous: holder.digest, reason }];
	});
}

function refused(
	plans: readonly TagPlan[],
	imageId: Digest,
	metadata: Built['metadata'],
	{ repository }: Destination,
): Built {
	const told = plans.map(({ tag, previous, reason }) => `the tag ${tag} stands on ${previous} (${reason})`);
	const failure = new PipelineError({
		code: 'conflict',
		attempted: `Could not push the image ${imageId} to ${repository.name}`,
		answer: `${told.join('; ')}, and that is another image`,
		fix: 'Nothing was pushed. Use another tag, if-tag-exists: reuse to take the image that is there, or overwrite where the repository allows it.',
	});
	return { metadata, refusal: { plans, failure } };
}

/** Tags and pushes, and reads the digest from what the daemon says about the push. */
async function push(imageId: Digest, name: string, context: Context): Promise<Digest> {
	const attempted = `Could not push ${name}`;
	await docker(['tag', imageId, name], { attempted }, context);
	const printed = await context.log.group(`docker push ${name}`, () =>
		retry(() => docker(['push', name], { attempted, show: true }, context), {
			...context,
			attempts: 4,
			baseMilliseconds: 1000,
			again: canPass,
		}),
	);
	const digest = /\bdigest: (sha256:[0-9a-f]{64})\b/.exec(printed)?.[1] ?? '';
	if (isDigest(digest)) return digest;
	throw new PipelineError({ code: 'unsupported', attempted, answer: 'docker push ended without naming a digest' });
}

// What the daemon prints when the registry or the network had a bad moment; everything else would only fail again.
function canPass(error: unknown): boolean {
	if (!(error instanceof PipelineError)) return false;
	const answer = error.problem.answer ?? '';
	return (
		error.code === 'throttled' ||
		/\b(?:50[0234]|unexpected EOF|connection reset|i\/o timeout|TLS handshake timeout|broken pipe)\b/i.test(answer)
	);
}

function usesBuildkit({ driver }: BuildJob): boolean {
	return driver.kind === 'docker' && driver.buildkit;
}

/** Keeps `docker build` in the daemon: the plugin's default builder is the daemon's own. */
function builderEnvironment(job: BuildJob): Record<string, string | undefined> {
	if (!usesBuildkit(job)) return { DOCKER_BUILDKIT: undefined };
	return { BUILDX_BUILDER: job.input.recipe.builder ?? 'default' };
}
