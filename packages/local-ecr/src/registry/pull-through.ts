import { copyImage } from './copy-image.ts';
import { findImage, type ImageId } from './image.ts';
import type { Registries } from './registries.ts';
import type { Registry } from './registry.ts';
import { createRepository } from './repository.ts';
import { createByTemplate } from './templates.ts';

/** Repositories below a prefix that are filled from another registry when they are pulled from. */
export interface CacheRule {
	readonly prefix: string;
	/** The host of a registry of this process, or its name on AWS. */
	readonly upstream: string;
	/** Milliseconds since the epoch. */
	readonly createdAt: number;
}

/** The rule whose repositories a name is one of. */
export function cacheRuleFor(registry: Registry, name: string): CacheRule | undefined {
	return [...registry.cacheRules.values()].find(({ prefix }) => name.startsWith(`${prefix}/`));
}

/** A registry of this process by `127.0.0.1:5001` or by `222222222222.dkr.ecr.us-east-1.amazonaws.com`. */
export function upstreamOf(registries: Registries, upstream: string): Registry | undefined {
	return registries
		.all()
		.find(
			({ account, region, endpoint }) =>
				new URL(endpoint).host === upstream || upstream.startsWith(`${account}.dkr.ecr.${region}.`),
		);
}

/** Brings an image in from upstream, unless it is here by now: a tag is followed upstream, a digest is not asked for twice. */
export function pullThrough(
	registries: Registries,
	registry: Registry,
	rule: CacheRule,
	name: string,
	id: ImageId,
	now: number,
): void {
	const source = upstreamOf(registries, rule.upstream)?.repositories.get(name.slice(rule.prefix.length + 1));
	const image = source === undefined ? undefined : findImage(source, id);
	if (source === undefined || image === undefined) return;
	const cache =
		registry.repositories.get(name) ??
		createByTemplate(registry, name, 'PULL_THROUGH_CACHE', now) ??
		createRepository(registry, name, now);
	copyImage(source, cache, image, id.imageTag, now);
}
