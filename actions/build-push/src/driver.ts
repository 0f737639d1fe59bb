import { type Context, PipelineError } from '@ecr-pipeline/core';
import type { BuildInputs } from './inputs.ts';

/** What makes the image, and why it was chosen. */
export type Driver =
	| { readonly kind: 'oci-layout' | 'merge'; readonly why: string }
	| { readonly kind: 'buildx'; readonly why: string }
	/** `buildkit`: docker build goes through the buildx plugin; without it, it is the builder of old. */
	| { readonly kind: 'docker'; readonly why: string; readonly buildkit: boolean };

/** Tells whether the driver builds; otherwise the image exists already. */
export function isBuilder({ kind }: Driver): boolean {
	return kind === 'buildx' || kind === 'docker';
}

interface Buildx {
	readonly version: string;
	/** `docker-container`, `docker`, `remote`, … */
	readonly driver: string;
}

/** Finds what this machine can build with. An explicit choice that cannot be had is an error, never another driver. */
export async function chooseDriver(input: BuildInputs, context: Pick<Context, 'env' | 'run'>): Promise<Driver> {
	if (input.layout !== undefined) return { kind: 'oci-layout', why: 'the input oci-layout names a prebuilt image' };
	if (input.merge !== undefined) return { kind: 'merge', why: 'the input merge names images that are pushed already' };
	const buildx = await findBuildx(input, context);
	if (input.driver === 'buildx') return useBuildx(buildx, input);
	if (input.driver === 'auto' && buildx !== undefined && buildx.driver !== 'docker') return useBuildx(buildx, input);
	const daemon = await tryDocker(['version', '--format', '{{.Server.Version}}'], context);
	if (daemon === undefined) {
		throw new PipelineError({
			code: 'environment',
			attempted: 'Could not find anything to build the image with',
			answer: 'no Docker daemon answers to `docker version`, and no buildx builder does',
			fix: 'Use a runner with Docker, add docker/setup-buildx-action, or push a prebuilt image with oci-layout.',
		});
	}
	const why = input.driver === 'docker' ? 'driver: docker' : reasonForDocker(buildx);
	return { kind: 'docker', why: `${why} (daemon ${daemon})`, buildkit: buildx !== undefined };
}

function reasonForDocker(buildx: Buildx | undefined): string {
	return buildx === undefined
		? 'there is no buildx plugin, and a Docker daemon answers'
		: `buildx ${buildx.version} has only a builder of the docker driver, which cannot push by digest`;
}

function useBuildx(buildx: Buildx | undefined, { recipe, driver }: BuildInputs): Driver {
	const builder = recipe.builder === undefined ? 'its current builder' : `the builder ${recipe.builder}`;
	if (buildx !== undefined && buildx.driver !== 'docker') {
		const chosen = driver === 'buildx' ? 'driver: buildx' : 'it is installed';
		return { kind: 'buildx', why: `${chosen}: buildx ${buildx.version}, ${builder} (${buildx.driver})` };
	}
	throw new PipelineError({
		code: 'environment',
		attempted: 'Could not use driver: buildx',
		answer:
			buildx === undefined
				? `\`docker buildx version\` or \`docker buildx inspect\` fails for ${builder}`
				: `${builder} has the docker driver, which cannot push by digest`,
		fix: 'Add docker/setup-buildx-action before this step, or use driver: docker.',
	});
}

async function findBuildx(
	{ recipe: { builder } }: BuildInputs,
	context: Pick<Context, 'env' | 'run'>,
): Promise<Buildx | undefined> {
	const version = await tryDocker(['buildx', 'version'], context);
	if (version === undefined) return undefined;
	const inspected = await tryDocker(['buildx', 'inspect', ...(builder === undefined ? [] : [builder])], context);
	const driver = /^Driver:\s+(\S+)/m.exec(inspected ?? '')?.[1];
	return driver === undefined ? undefined : { version: /\bv\d\S*/.exec(version)?.[0] ?? version, driver };
}

/** What docker prints, or undefined when it fails or is not there. */
async function tryDocker(
	commandArguments: readonly string[],
	{ env, run }: Pick<Context, 'env' | 'run'>,
): Promise<string | undefined> {
	const result = await run('docker', commandArguments, { env }).catch((error: unknown) => {
		if (error instanceof PipelineError && error.code === 'environment') return undefined;
		throw error;
	});
	return result?.exitCode === 0 ? result.stdout.trim() : undefined;
}
