import { type Digest, PipelineError } from '@ecr-pipeline/core';
import {
	formatPlatform,
	type ImageSource,
	isPlatformImage,
	type Manifest,
	type Platform,
	parseManifest,
	readBlob,
} from '@ecr-pipeline/registry';

// Configurations are a few kilobytes; more than this is not one.
const MAX_CONFIG = 8 * 1024 * 1024;

/** The images in this one, by platform; attestations are none. A plain manifest's platform stands in its configuration. */
export async function platformsOf(source: ImageSource, manifest: Manifest): Promise<ReadonlyMap<string, Digest>> {
	const parsed = parseManifest(manifest);
	if (parsed.kind === 'index') {
		return new Map(
			parsed.manifests.filter(isPlatformImage).map(({ platform, digest }) => [formatPlatform(platform), digest]),
		);
	}
	return new Map([[formatPlatform(await platformOf(source, manifest)), manifest.digest]]);
}

/** The platform of a plain manifest's configuration. */
export async function platformOf(source: ImageSource, manifest: Manifest): Promise<Platform> {
	const parsed = parseManifest(manifest);
	if (parsed.kind === 'index') throw unreadable(manifest.digest, 'it is an index');
	const bytes = await readBlob(source, parsed.config, MAX_CONFIG);
	return platformIn(bytes, manifest.digest);
}

function platformIn(config: Buffer, digest: Digest): Platform {
	try {
		const { os, architecture, variant } = JSON.parse(config.toString('utf8')) as Partial<Platform>;
		if (os && architecture) return { os, architecture, ...(variant ? { variant } : {}) };
	} catch {
		// Said below.
	}
	throw unreadable(digest, 'its configuration names no os and architecture');
}

function unreadable(digest: Digest, answer: string): PipelineError {
	return new PipelineError({ code: 'unsupported', attempted: `Could not read the platform of ${digest}`, answer });
}
