import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Revision, Service } from '../ecs/state.ts';
import type { Image } from '../registry/image.ts';
import { readManifest } from '../registry/manifest.ts';
import type { CacheRule } from '../registry/pull-through.ts';
import type { Registry } from '../registry/registry.ts';
import { createRepository, type Repository } from '../registry/repository.ts';
import type { CreationTemplate } from '../registry/templates.ts';
import type { World } from '../world.ts';

/** All that outlives the process, but for the layers, which are files already. Sessions and the clock do not. */
interface Snapshot {
	readonly registries: readonly RegistrySnapshot[];
	readonly ecs: readonly {
		readonly account: string;
		readonly region: string;
		readonly clusters: readonly string[];
		readonly families: readonly (readonly [string, Revision[]])[];
		readonly services: readonly (readonly [string, Service])[];
	}[];
}

type RegistrySnapshot = Pick<Registry, 'account' | 'region' | 'endpoint' | 'scanning'> & {
	readonly settings: readonly (readonly [string, string])[];
	readonly policy?: string | undefined;
	readonly replication?: Registry['replication'];
	readonly cacheRules?: readonly (readonly [string, CacheRule])[];
	readonly templates?: readonly (readonly [string, CreationTemplate])[];
	readonly pullTimeExclusions?: readonly (readonly [string, number])[];
	readonly repositories: readonly RepositorySnapshot[];
};

type RepositorySnapshot = Omit<Repository, 'arn' | 'resourceTags' | 'blobs' | 'images' | 'tags'> & {
	readonly resourceTags: readonly (readonly [string, string])[];
	readonly blobs: readonly (readonly [string, number])[];
	readonly tags: readonly (readonly [string, string])[];
	readonly images: readonly ImageSnapshot[];
};

type ImageSnapshot = Omit<Image, 'bytes' | 'manifest'> & { readonly mediaType: string; readonly manifest: string };

const FILE = 'state.json';

/** Where each registry of an earlier run listened, so that image references of then still lead there. */
export function savedPorts(snapshot: Snapshot | undefined): ReadonlyMap<string, number> {
	return new Map(
		(snapshot?.registries ?? []).map(({ account, region, endpoint }) => [
			`${account}/${region}`,
			Number(new URL(endpoint).port),
		]),
	);
}

export async function readSnapshot(directory: string): Promise<Snapshot | undefined> {
	try {
		return JSON.parse(await readFile(join(directory, FILE), 'utf8')) as Snapshot;
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
		throw error;
	}
}

export async function writeSnapshot(directory: string, world: World): Promise<void> {
	const snapshot: Snapshot = {
		registries: world.registries.all().map(registrySnapshot),
		ecs: world.ecs.all().map(({ account, region, clusters, families, services }) => ({
			account,
			region,
			clusters: [...clusters],
			families: [...families],
			services: [...services],
		})),
	};
	const path = join(directory, FILE);
	await writeFile(`${path}.new`, JSON.stringify(snapshot));
	await rename(`${path}.new`, path);
}

function registrySnapshot(registry: Registry): RegistrySnapshot {
	return {
		...registry,
		settings: [...registry.settings],
		templates: [...registry.templates],
		cacheRules: [...registry.cacheRules],
		pullTimeExclusions: [...registry.pullTimeExclusions],
		repositories: [...registry.repositories.values()].map((repository) => ({
			...repository,
			resourceTags: [...repository.resourceTags],
			blobs: [...repository.blobs],
			tags: [...repository.tags],
			images: [...repository.images.values()].map(({ bytes, manifest, ...image }) => ({
				...image,
				mediaType: manifest.mediaType,
				manifest: bytes.toString('base64'),
			})),
		})),
	};
}

export async function restore(world: World, snapshot: Snapshot): Promise<void> {
	for (const saved of snapshot.registries) {
		const registry = await world.registries.open(saved.account, saved.region);
		for (const [name, value] of saved.settings) registry.settings.set(name, value);
		registry.scanning = saved.scanning;
		registry.policy = saved.policy;
		// Absent in what earlier versions saved.
		registry.replication = saved.replication ?? [];
		for (const [prefix, rule] of saved.cacheRules ?? []) registry.cacheRules.set(prefix, rule);
		for (const [arn, since] of saved.pullTimeExclusions ?? []) registry.pullTimeExclusions.set(arn, since);
		for (const [prefix, template] of saved.templates ?? []) registry.templates.set(prefix, template);
		for (const repository of saved.repositories) restoreRepository(registry, repository);
	}
	for (const saved of snapshot.ecs) {
		const ecs = world.ecs.in(saved.account, saved.region);
		for (const cluster of saved.clusters) ecs.clusters.add(cluster);
		for (const [family, revisions] of saved.families) ecs.families.set(family, revisions.map(restoreRevision));
		for (const [key, service] of saved.services) ecs.services.set(key, service);
	}
}

function restoreRepository(registry: Registry, saved: RepositorySnapshot): void {
	const repository = createRepository(registry, saved.name, saved.createdAt, saved);
	if (saved.lifecycleEvaluatedAt !== undefined) repository.lifecycleEvaluatedAt = saved.lifecycleEvaluatedAt;
	for (const [key, value] of saved.resourceTags) repository.resourceTags.set(key, value);
	for (const [digest, size] of saved.blobs) repository.blobs.set(digest, size);
	for (const [tag, digest] of saved.tags) repository.tags.set(tag, digest);
	for (const { mediaType, manifest, ...image } of saved.images) {
		const bytes = Buffer.from(manifest, 'base64');
		repository.images.set(image.digest, { ...image, bytes, manifest: readManifest(bytes, mediaType) });
	}
}

function restoreRevision({ definition, tags }: Revision): Revision {
	const registeredAt = new Date(definition.registeredAt ?? 0);
	return { tags, definition: { ...definition, registeredAt } };
}
