import {
	type Context,
	digestOf,
	formatImageReference,
	type ImageReference,
	PipelineError,
	parseImageReference,
} from '@ecr-pipeline/core';
import { openRegistries, type Registries } from '@ecr-pipeline/ecr';
import type { BaseImage, Evidence } from '@ecr-pipeline/findings';
import { formatPlatform, type ImageRepository, type Manifest, parseManifest, readBlob } from '@ecr-pipeline/registry';
import { platformManifests } from './platform-manifests.ts';
import type { Subject } from './subject.ts';

/** What is known of the image that this one is built on. */
export interface KnownBase {
	readonly baseImage?: BaseImage;
	readonly evidence: readonly Evidence[];
	readonly notes: readonly string[];
}

// OCI image-spec, annotations.md; builders write them as labels of the configuration, too.
const BASE_NAME = 'org.opencontainers.image.base.name';
const BASE_DIGEST = 'org.opencontainers.image.base.digest';

/**
 * Finds the layers of the base image: those of the image that the input names, or the annotations or labels of this one. They
 * count only where they are this image's first layers, on every platform, so that nothing else can be passed off as one.
 */
export async function readBaseImage(
	given: ImageReference | undefined,
	subject: Subject,
	context: Context,
): Promise<KnownBase> {
	const registries = await openRegistries(context);
	const image = await readLayers(subject, subject.digest, registries);
	const bases = new Map<string, ImageReference>();
	const layers = new Set<string>();
	const evidence = new Map<string, Evidence>();
	const read = new Map<string, Promise<PlatformLayers[]>>();
	for (const platform of image) {
		const reference = given === undefined ? baseNamed(platform) : registries.complete(given);
		if (reference === undefined)
			return unknownBase(`${platform.platform} of ${subject.image} does not name its base image`);
		const name = `${reference.registry}/${reference.repository}`;
		bases.set(name, reference);
		// One image for all platforms, or one for each.
		const key = formatImageReference(reference);
		const base = read.get(key) ?? readLayers(reference, reference.digest ?? reference.tag ?? 'latest', registries);
		read.set(key, base);
		const same = (await base).find((candidate) => candidate.platform === platform.platform);
		if (same === undefined || !isBuiltOn(platform, same))
			return unknownBase(
				`${key} is not what ${platform.platform} of ${subject.image} is built on: its layers are not the first ones`,
			);
		for (const [index, layer] of platform.layers.slice(0, same.layers.length).entries()) {
			layers.add(layer);
			layers.add(platform.diffIds[index] ?? layer);
		}
		evidence.set(same.digest, { uri: `${name}@${same.digest}`, digest: same.digest });
	}
	const [name, ...others] = bases.keys();
	if (name === undefined || others.length > 0)
		return unknownBase(`${subject.image} has several base images: ${[...bases.keys()].join(', ')}`);
	return { baseImage: { name, layers }, evidence: [...evidence.values()], notes: [] };
}

interface PlatformLayers {
	readonly platform: string;
	readonly digest: string;
	readonly layers: readonly string[];
	readonly diffIds: readonly string[];
	readonly named: Readonly<Record<string, string>>;
}

async function readLayers(reference: ImageReference, which: string, registries: Registries): Promise<PlatformLayers[]> {
	const source = await registries.repository(registries.complete(reference));
	const manifests = await platformManifests(source, which);
	return Promise.all(manifests.map(({ manifest }) => layersOf(manifest, source)));
}

async function layersOf(manifest: Manifest, source: ImageRepository): Promise<PlatformLayers> {
	const parsed = parseManifest(manifest);
	if (parsed.kind !== 'image') throw malformed(manifest, 'it is an index');
	const bytes = await readBlob(source, parsed.config);
	if (digestOf(bytes) !== parsed.config.digest) throw malformed(manifest, 'its configuration has another digest');
	const config = JSON.parse(bytes.toString('utf8')) as {
		readonly os?: string;
		readonly architecture?: string;
		readonly variant?: string;
		readonly rootfs?: { readonly diff_ids?: readonly string[] };
		readonly config?: { readonly Labels?: Readonly<Record<string, string>> | null } | null;
	};
	const { os = 'unknown', architecture = 'unknown', variant } = config;
	const { annotations } = JSON.parse(manifest.bytes.toString('utf8')) as {
		readonly annotations?: Readonly<Record<string, string>>;
	};
	return {
		platform: formatPlatform({ os, architecture, ...(variant === undefined ? {} : { variant }) }),
		digest: manifest.digest,
		layers: parsed.layers.map(({ digest }) => digest),
		diffIds: config.rootfs?.diff_ids ?? [],
		named: { ...config.config?.Labels, ...annotations },
	};
}

/** The base image by name and digest: a tag may mean another image by now. */
function baseNamed({ named }: PlatformLayers): (ImageReference & { readonly registry: string }) | undefined {
	const { [BASE_NAME]: name, [BASE_DIGEST]: digest } = named;
	if (name === undefined || digest === undefined) return undefined;
	const parsed = parseImageReference(`${name.split('@')[0]}@${digest}`);
	// The spec wants a full name; one without a registry could be anybody's.
	if ('problem' in parsed || parsed.registry === undefined) return undefined;
	return { ...parsed, registry: parsed.registry === 'docker.io' ? 'registry-1.docker.io' : parsed.registry };
}

/** By diff ids where both have them: a layer that was compressed anew is still the same one. */
function isBuiltOn(image: PlatformLayers, base: PlatformLayers): boolean {
	const startsWith = (all: readonly string[], first: readonly string[]): boolean =>
		first.length > 0 && first.length <= all.length && first.every((layer, index) => layer === all[index]);
	return startsWith(image.layers, base.layers) || startsWith(image.diffIds, base.diffIds);
}

function unknownBase(why: string): KnownBase {
	return { evidence: [], notes: [`${why}.`] };
}

function malformed({ digest }: Manifest, why: string): PipelineError {
	return new PipelineError({ code: 'corrupt', attempted: `Could not read the layers of ${digest}`, answer: why });
}
