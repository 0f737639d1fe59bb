import { addService, findService } from '../ecs/services.ts';
import { registerRevision } from '../ecs/task-definitions.ts';
import { createRepository } from '../registry/repository.ts';
import type { World } from '../world.ts';
import type { Seed, SeedEcs, SeedRegistry } from './document.ts';

/** Makes a world what a seed says. What is there already is changed, never doubled, so a seed may be applied twice. */
export async function applySeed(world: World, seed: Seed): Promise<void> {
	for (const { accessKeyId, account, user } of seed.credentials)
		world.credentials.addUser(accessKeyId, {
			account,
			arn: `arn:aws:iam::${account}:user/${user}`,
			userId: `AIDA${accessKeyId.slice(4)}`,
		});
	for (const role of seed.roles) world.roles.add(role);
	for (const { arn, document } of seed.policies) world.roles.addPolicy(arn, document);
	const { claims, requestToken } = seed.github;
	world.oidc.configure({ claims, ...(requestToken === undefined ? {} : { requestToken }) });
	if (seed.scanSeconds !== undefined) world.scans.setSeconds(seed.scanSeconds);
	world.scans.add(seed.findings);
	for (const registry of seed.registries) await applyRegistry(world, registry);
	for (const ecs of seed.ecs) applyEcs(world, ecs);
}

async function applyRegistry(world: World, seed: SeedRegistry): Promise<void> {
	const { settings } = world;
	const registry = await world.registries.open(seed.account ?? settings.account, seed.region ?? settings.region);
	for (const [name, value] of Object.entries(seed.settings)) registry.settings.set(name, value);
	if (seed.scanning !== undefined) registry.scanning = { ...seed.scanning, since: world.clock.now() };
	for (const { name, resourceTags, ...repositorySettings } of seed.repositories) {
		const found = registry.repositories.get(name);
		const repository = found ?? createRepository(registry, name, world.clock.now(), repositorySettings);
		if (found !== undefined) Object.assign(found, repositorySettings);
		for (const [key, value] of Object.entries(resourceTags)) repository.resourceTags.set(key, value);
	}
}

function applyEcs(world: World, seed: SeedEcs): void {
	const ecs = world.ecs.in(seed.account ?? world.settings.account, seed.region ?? world.settings.region);
	const now = world.clock.now();
	for (const cluster of seed.clusters) ecs.clusters.add(cluster);
	for (const definition of seed.taskDefinitions)
		if (!ecs.families.has(definition.family ?? ''))
			registerRevision(ecs, definition, `arn:aws:iam::${ecs.account}:root`, now);
	for (const service of seed.services) {
		const found = findService(ecs, service.cluster, service.name);
		const { outcome, rolloutSeconds, desiredCount } = service;
		if (found === undefined) addService(ecs, service, now);
		else Object.assign(found, { outcome, rolloutSeconds, desiredCount });
	}
}
