import { partitionOf } from '../aws/arn.ts';
import type { Image } from './image.ts';
import type { TagMutability } from './mutability.ts';
import type { Registry } from './registry.ts';

export interface Encryption {
	readonly type: string;
	readonly kmsKey?: string;
}

export interface Repository {
	readonly name: string;
	readonly arn: string;
	/** Milliseconds since the epoch. */
	readonly createdAt: number;
	readonly encryption: Encryption;
	readonly resourceTags: Map<string, string>;
	/** Digest → size of every layer and config that was uploaded or mounted here. */
	readonly blobs: Map<string, number>;
	readonly images: Map<string, Image>;
	/** Tag → digest. */
	readonly tags: Map<string, string>;
	mutability: TagMutability;
	exclusionFilters: readonly string[];
	scanOnPush: boolean;
	policy: string | undefined;
	lifecyclePolicy: string | undefined;
	/** When its lifecycle policy last ran, or was set. */
	lifecycleEvaluatedAt?: number;
	preview?: LifecyclePreview;
}

/** A lifecycle policy tried out on the images of one moment. */
export interface LifecyclePreview {
	readonly policyText: string;
	/** Milliseconds since the epoch. */
	readonly startedAt: number;
}

export type RepositorySettings = Partial<
	Pick<Repository, 'encryption' | 'mutability' | 'exclusionFilters' | 'scanOnPush' | 'policy' | 'lifecyclePolicy'>
>;

export function createRepository(
	registry: Registry,
	name: string,
	now: number,
	settings: RepositorySettings = {},
): Repository {
	const repository: Repository = {
		name,
		arn: `arn:${partitionOf(registry.region)}:ecr:${registry.region}:${registry.account}:repository/${name}`,
		createdAt: now,
		encryption: settings.encryption ?? { type: 'AES256' },
		resourceTags: new Map(),
		blobs: new Map(),
		images: new Map(),
		tags: new Map(),
		mutability: settings.mutability ?? 'MUTABLE',
		exclusionFilters: settings.exclusionFilters ?? [],
		scanOnPush: settings.scanOnPush ?? false,
		policy: settings.policy,
		lifecyclePolicy: settings.lifecyclePolicy,
	};
	registry.repositories.set(name, repository);
	return repository;
}

/** `127.0.0.1:5001/app`: what image references start with. */
export function repositoryUri(registry: Registry, name: string): string {
	return `${new URL(registry.endpoint).host}/${name}`;
}
