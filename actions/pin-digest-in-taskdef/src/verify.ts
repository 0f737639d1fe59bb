import { type Digest, digestOf, PipelineError } from '@ecr-pipeline/core';
import {
	type Descriptor,
	formatPlatform,
	type ImageSource,
	isPlatformImage,
	type Manifest,
	type Platform,
	parseManifest,
	readBlob,
} from '@ecr-pipeline/registry';
import { runsOn, type TaskPlatform } from './platform.ts';

/**
 * Makes sure that an image is in its repository and can run where the task does.
 * @returns its platforms, as `linux/arm64/v8`
 */
export async function verifyImage(
	repository: ImageSource,
	digest: Digest,
	task: TaskPlatform | undefined,
): Promise<string[]> {
	const image = `${repository.name}@${digest}`;
	const platforms = await platformsOf(repository, await manifestOf(repository, digest));
	const names = platforms.map(formatPlatform);
	if (task === undefined || platforms.some((platform) => runsOn(platform, task))) return names;
	const wanted = `${task.os}/${task.architecture}${task.osVersion === undefined ? '' : ` (${task.osVersion})`}`;
	const offered = platforms.map(describePlatform);
	throw new PipelineError({
		code: 'unsupported',
		attempted: `The image ${image} cannot run in this task`,
		answer: `the task's runtimePlatform asks for ${wanted}, and the image has ${offered.join(', ') || 'no platform'}`,
		fix: 'Build the image for that platform too, or change runtimePlatform of the task definition.',
	});
}

async function platformsOf(repository: ImageSource, manifest: Manifest): Promise<Platform[]> {
	const parsed = parseManifest(manifest);
	if (parsed.kind === 'image') return [await configPlatform(repository, manifest, parsed.config)];
	const found: Platform[] = [];
	for (const entry of parsed.manifests.filter(isPlatformImage)) {
		// An index need not name platforms (OCI image-spec, image-index.md): then the image below says it itself.
		if (entry.platform !== undefined) found.push(entry.platform);
		else found.push(...(await platformsOf(repository, await manifestOf(repository, entry.digest))));
	}
	return found;
}

async function manifestOf(repository: ImageSource, digest: Digest): Promise<Manifest> {
	const manifest = (await repository.manifests([digest])).get(digest);
	if (manifest !== undefined) return manifest;
	throw new PipelineError({
		code: 'not-found',
		attempted: `The image ${repository.name}@${digest} is not there`,
		fix: 'Push or promote it first, or check whether a lifecycle policy expired it. Nothing has been changed.',
	});
}

async function configPlatform(repository: ImageSource, { digest }: Manifest, config: Descriptor): Promise<Platform> {
	const bytes = await readBlob(repository, config);
	const found = digestOf(bytes);
	if (found !== config.digest) {
		throw new PipelineError({
			code: 'corrupt',
			attempted: `Could not read the config ${config.digest} of ${repository.name}@${digest}`,
			answer: `the bytes that came have the digest ${found}`,
		});
	}
	const platform = parsePlatform(bytes);
	if (platform !== undefined) return platform;
	throw new PipelineError({
		code: 'unsupported',
		attempted: `${repository.name}@${digest} is no container image`,
		answer: `its config (${config.mediaType}) names no os and architecture`,
		fix: 'Give the digest of the image, not that of an attestation, chart or other artifact.',
	});
}

function parsePlatform(bytes: Buffer): Platform | undefined {
	try {
		const value = JSON.parse(bytes.toString('utf8')) as Partial<Platform> | null;
		return typeof value?.os === 'string' && typeof value.architecture === 'string' ? (value as Platform) : undefined;
	} catch {
		return undefined;
	}
}

function describePlatform(platform: Platform): string {
	const version = platform['os.version'];
	return version === undefined ? formatPlatform(platform) : `${formatPlatform(platform)} (${version})`;
}
