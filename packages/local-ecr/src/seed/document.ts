import type { RegisterTaskDefinitionRequest } from '@aws-sdk/client-ecs';
import type { ServiceSettings } from '../ecs/services.ts';
import type { RegistryScanning } from '../registry/registry.ts';
import type { RepositorySettings } from '../registry/repository.ts';
import type { ScanRule } from '../scan/rules.ts';
import type { Role } from '../sts/roles.ts';

/** What a local ECR is told at its start, or later through `POST /_local/seed`. */
export interface Seed {
	readonly registries: readonly SeedRegistry[];
	readonly roles: readonly Role[];
	/** Managed policies, for sessions that name them by ARN. */
	readonly policies: readonly { readonly arn: string; readonly document: string }[];
	readonly credentials: readonly SeedCredentials[];
	readonly github: { readonly claims: Readonly<Record<string, string>>; readonly requestToken: string | undefined };
	readonly scanSeconds: number | undefined;
	readonly findings: readonly ScanRule[];
	readonly ecs: readonly SeedEcs[];
}

export interface SeedRegistry {
	readonly account: string | undefined;
	readonly region: string | undefined;
	readonly settings: Readonly<Record<string, string>>;
	readonly scanning: Pick<RegistryScanning, 'scanType' | 'rules'> | undefined;
	readonly repositories: readonly SeedRepository[];
}

export interface SeedRepository extends RepositorySettings {
	readonly name: string;
	readonly resourceTags: Readonly<Record<string, string>>;
}

export interface SeedCredentials {
	readonly accessKeyId: string;
	readonly account: string;
	readonly user: string;
}

export interface SeedEcs {
	readonly account: string | undefined;
	readonly region: string | undefined;
	readonly clusters: readonly string[];
	readonly taskDefinitions: readonly RegisterTaskDefinitionRequest[];
	readonly services: readonly ServiceSettings[];
}

/** A seed that cannot be used, with everything that is wrong with it. */
export class SeedError extends Error {
	readonly problems: readonly string[];

	constructor(problems: readonly string[]) {
		super(`The seed cannot be used: ${problems.join('; ')}`);
		this.problems = problems;
	}
}
