import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Context, type Digest, isDigest, PipelineError } from '@ecr-pipeline/core';
import { openOciLayout } from '@ecr-pipeline/registry';
import { buildFlags } from './build-flags.ts';
import { type CachePlan, cacheFlags } from './cache.ts';
import { confirmed } from './confirm.ts';
import { docker } from './docker-command.ts';
import { labelsOf } from './labels.ts';
import type { BuildJob, Built, Destination } from './result.ts';
import { withSecretFlags } from './secrets.ts';
import { csvField } from './separated.ts';

/** Builds and pushes by digest, without a tag: nothing points at the image before it is whole. */
export async function buildAndPushByBuildx(
	job: BuildJob,
	{ repository }: Destination,
	cache: CachePlan,
	context: Context,
): Promise<Built> {
	const output = `type=image,"name=${repository.name}",push-by-digest=true,name-canonical=true,push=true`;
	const metadata = await buildx(job, output, cache, context);
	const manifest = await confirmed(repository, digestIn(metadata), context);
	return { manifest, source: repository, metadata };
}

/** Builds into an OCI layout on disk; nothing is pushed. */
export async function buildLayoutByBuildx(job: BuildJob, cache: CachePlan, context: Context): Promise<Built> {
	const directory = await layoutDirectory(job.input.layoutOutput, context.temporaryDirectory);
	const output = `type=oci,tar=false,${csvField(`dest=${directory}`)}`;
	const metadata = await buildx(job, output, cache, context);
	const layout = await openOciLayout(directory, context.temporaryDirectory);
	return { manifest: layout.root, source: layout, metadata, layout: directory };
}

async function buildx(
	job: BuildJob,
	output: string,
	cache: CachePlan,
	context: Context,
): Promise<Record<string, unknown>> {
	const { recipe } = job.input;
	const epoch = sourceDate(job, context.env);
	const directory = await mkdtemp(join(context.temporaryDirectory, 'build-'));
	const metadataFile = join(directory, 'metadata.json');
	try {
		await withSecretFlags(recipe.secrets, context, (secretFlags) =>
			context.log.group(`docker buildx build ${recipe.context}`, () =>
				docker(
					[
						...['buildx', 'build', '--progress', 'plain'],
						...(recipe.builder === undefined ? [] : ['--builder', recipe.builder]),
						// Pinned, since newer releases of BuildKit have another default and the same content another digest then.
						...['--output', `${output},oci-mediatypes=true${epoch === undefined ? '' : ',rewrite-timestamp=true'}`],
						...['--metadata-file', metadataFile],
						...[`--provenance=${recipe.provenance}`, `--sbom=${recipe.sbom}`],
						...recipe.annotations.flatMap((annotation) => ['--annotation', annotation]),
						...cacheFlags(cache),
						...buildFlags(recipe, labelsOf(job.event, recipe.labels)),
						...secretFlags,
						recipe.context,
					],
					{
						attempted: `Could not build ${recipe.context}`,
						show: true,
						env: {
							BUILDX_METADATA_PROVENANCE: 'false',
							...(epoch === undefined ? {} : { SOURCE_DATE_EPOCH: epoch }),
						},
					},
					context,
				),
			),
		);
		return JSON.parse(await readFile(metadataFile, 'utf8')) as Record<string, unknown>;
	} finally {
		await rm(directory, { recursive: true, force: true });
	}
}

/** Seconds since 1970 of the commit, for a reproducible build (reproducible-builds.org, SOURCE_DATE_EPOCH). */
function sourceDate({ input: { profile }, event }: BuildJob, env: Context['env']): string | undefined {
	if (profile !== 'reproducible') return undefined;
	if (env.SOURCE_DATE_EPOCH) return env.SOURCE_DATE_EPOCH;
	if (event.commitDate !== undefined) return String(Math.floor(event.commitDate.getTime() / 1000));
	throw new PipelineError({
		code: 'environment',
		attempted: 'profile: reproducible needs the date of the commit',
		answer: 'neither the event of this run nor git in GITHUB_WORKSPACE knows it',
		fix: 'Run actions/checkout before this step, or set SOURCE_DATE_EPOCH. Nothing has been built.',
	});
}

function digestIn(metadata: Record<string, unknown>): Digest {
	const digest = metadata['containerimage.digest'];
	if (typeof digest === 'string' && isDigest(digest)) return digest;
	throw new PipelineError({
		code: 'unsupported',
		attempted: 'docker buildx build ended without the digest of what it pushed',
		answer: `its metadata has ${Object.keys(metadata).join(', ') || 'nothing'}`,
		fix: 'Use buildx 0.10 or later.',
	});
}

/** An empty directory to write to. An image of an earlier run goes; anything else that is there is not ours to remove. */
async function layoutDirectory(wanted: string | undefined, temporaryDirectory: string): Promise<string> {
	if (wanted === undefined) return mkdtemp(join(temporaryDirectory, 'oci-layout-'));
	const directory = resolve(wanted);
	const entries = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
		if (error.code === 'ENOENT') return [];
		throw error;
	});
	if (entries.length === 0) return directory;
	if ((await stat(join(directory, 'oci-layout')).catch(() => undefined))?.isFile()) {
		await rm(directory, { recursive: true });
		return directory;
	}
	throw new PipelineError({
		code: 'invalid-input',
		attempted: `Input "oci-layout-output" is "${wanted}": there is something there that is not an OCI layout`,
		fix: 'Nothing has been built. Name a directory that does not exist yet.',
	});
}
