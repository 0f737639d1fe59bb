import { ServiceError } from '../aws/service-error.ts';
import type { CacheRule } from './pull-through.ts';
import type { ReplicationRule } from './replication.ts';
import type { Repository } from './repository.ts';
import type { CreationTemplate } from './templates.ts';

export type ScanFrequency = 'SCAN_ON_PUSH' | 'CONTINUOUS_SCAN' | 'MANUAL';

export interface RegistryScanning {
	readonly scanType: 'BASIC' | 'ENHANCED';
	readonly rules: readonly { readonly scanFrequency: ScanFrequency; readonly filters: readonly string[] }[];
	/** When it was last set: enhanced scanning looks at what is there from then on. */
	readonly since: number;
}

/** One account in one region. */
export interface Registry {
	readonly account: string;
	readonly region: string;
	/** `http://127.0.0.1:5001`: what proxyEndpoint says. */
	readonly endpoint: string;
	/** Milliseconds since the epoch. */
	readonly now: () => number;
	readonly repositories: Map<string, Repository>;
	/** Account settings, e.g. BLOB_MOUNTING. */
	readonly settings: Map<string, string>;
	scanning: RegistryScanning;
	policy: string | undefined;
	replication: readonly ReplicationRule[];
	/** By prefix. */
	readonly templates: Map<string, CreationTemplate>;
	/** By prefix. */
	readonly cacheRules: Map<string, CacheRule>;
	/** Roles and users whose pulls are not recorded, and since when. */
	readonly pullTimeExclusions: Map<string, number>;
}

export const registryKey = (account: string, region: string): string => `${account}/${region}`;

export function createRegistry(account: string, region: string, endpoint: string, now: () => number): Registry {
	return {
		account,
		region,
		endpoint,
		now,
		repositories: new Map(),
		settings: new Map([
			['BASIC_SCAN_TYPE_VERSION', 'AWS_NATIVE'],
			['REGISTRY_POLICY_SCOPE', 'V2'],
			['BLOB_MOUNTING', 'DISABLED'],
		]),
		scanning: { scanType: 'BASIC', rules: [], since: 0 },
		policy: undefined,
		replication: [],
		templates: new Map(),
		cacheRules: new Map(),
		pullTimeExclusions: new Map(),
	};
}

/** @throws ServiceError RepositoryNotFoundException */
export function repositoryOf(registry: Registry, name: string): Repository {
	const repository = registry.repositories.get(name);
	if (repository === undefined) throw repositoryNotFound(name, registry.account);
	return repository;
}

export function repositoryNotFound(name: string, account: string): ServiceError {
	return new ServiceError(
		'RepositoryNotFoundException',
		`The repository with name '${name}' does not exist in the registry with id '${account}'`,
	);
}
