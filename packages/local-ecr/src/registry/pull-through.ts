import { ServiceError } from '../aws/service-error.ts';
import { accessRepository } from './access.ts';
import { copyImage } from './copy-image.ts';
import { findImage, type ImageId } from './image.ts';
import type { Registries } from './registries.ts';
import type { Registry } from './registry.ts';
import { createRepository, type Repository } from './repository.ts';
import { createByTemplate } from './templates.ts';

/** Repositories below a prefix that are filled from another registry when they are pulled from. */
export interface CacheRule {
	/** `ROOT` for every repository that no other rule is for. */
	readonly prefix: string;
	/** The host of a registry of this process, or its name on AWS. */
	readonly upstream: string;
	/** What upstream names begin with where those here begin with the prefix; `ROOT`, the default, for nothing. */
	readonly upstreamPrefix?: string;
	/** By which ECR pulls from upstream, for a registry of another account. */
	readonly customRoleArn?: string;
	/** Milliseconds since the epoch. */
	readonly createdAt: number;
	readonly updatedAt?: number;
}

/** The rule whose repositories a name is one of: the one with the longest prefix. */
export function cacheRuleFor(registry: Registry, name: string): CacheRule | undefined {
	const fitting = [...registry.cacheRules.values()].filter(
		({ prefix }) => prefix === 'ROOT' || name.startsWith(`${prefix}/`),
	);
	const lengthOf = ({ prefix }: CacheRule) => (prefix === 'ROOT' ? 0 : prefix.length);
	return fitting.sort((a, b) => lengthOf(b) - lengthOf(a))[0];
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

/**
 * Brings an image in from upstream, unless it is here by now: a tag is followed upstream, a digest is not asked for twice.
 * @throws ServiceError UnableToGetUpstreamImageException where upstream does not let the role of the rule pull
 */
export function pullThrough(
	registries: Registries,
	registry: Registry,
	rule: CacheRule,
	name: string,
	id: ImageId,
	now: number,
): void {
	const source = sourceOf(registries, registry, rule, name);
	const image = source === undefined ? undefined : findImage(source, id);
	if (source === undefined || image === undefined) return;
	const cache =
		registry.repositories.get(name) ??
		createByTemplate(registry, name, 'PULL_THROUGH_CACHE', now) ??
		createRepository(registry, name, now);
	copyImage(source, cache, image, id.imageTag, now);
}

/**
 * The repository upstream, for the role of the rule: another account's has to let it in (ECR user guide, "Setting up permissions
 * for cross-account ECR to ECR PTC").
 */
function sourceOf(registries: Registries, registry: Registry, rule: CacheRule, name: string): Repository | undefined {
	const upstream = upstreamOf(registries, rule.upstream);
	const { upstreamPrefix = 'ROOT' } = rule;
	const rest = rule.prefix === 'ROOT' ? name : name.slice(rule.prefix.length + 1);
	const there = upstreamPrefix === 'ROOT' ? rest : `${upstreamPrefix}/${rest}`;
	if (upstream?.repositories.has(there) !== true) return undefined;
	const { account } = registry;
	const { customRoleArn: roleArn = `arn:aws:iam::${account}:root` } = rule;
	const principal = { account, arn: roleArn, roleArn, userId: account };
	try {
		accessRepository(upstream, principal, there, 'ecr:GetDownloadUrlForLayer');
		return accessRepository(upstream, principal, there, 'ecr:BatchGetImage');
	} catch (error) {
		throw new ServiceError(
			'UnableToGetUpstreamImageException',
			`The image cannot be pulled from upstream: ${String(error)}`,
		);
	}
}
