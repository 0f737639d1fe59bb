import type { ContainerDefinition, Tag, TaskDefinition } from '@aws-sdk/client-ecs';

/** One revision of a task definition. */
export interface Revision {
	readonly definition: TaskDefinition & {
		readonly taskDefinitionArn: string;
		readonly containerDefinitions: ContainerDefinition[];
	};
	readonly tags: Tag[];
}

export type Outcome = 'succeed' | 'roll-back';

/** One deployment of a service; how it stands follows from the time. */
export interface Deployment {
	readonly id: string;
	readonly taskDefinition: string;
	/** Milliseconds since the epoch. */
	readonly startedAt: number;
	readonly outcome: Outcome;
	readonly seconds: number;
	/** What ran before, and runs again after a rollback. */
	readonly previous: string | undefined;
}

export interface Service {
	readonly name: string;
	readonly arn: string;
	readonly cluster: string;
	readonly createdAt: number;
	/** Newest first. */
	readonly deployments: Deployment[];
	desiredCount: number;
	/** How the next deployment goes. */
	outcome: Outcome;
	rolloutSeconds: number;
}

/** ECS of one account in one region. */
export interface EcsRegion {
	readonly account: string;
	readonly region: string;
	readonly families: Map<string, Revision[]>;
	readonly clusters: Set<string>;
	/** By `cluster/name`. */
	readonly services: Map<string, Service>;
}

export interface Ecs {
	readonly in: (account: string, region: string) => EcsRegion;
	readonly all: () => readonly EcsRegion[];
}

export function createEcs(): Ecs {
	const regions = new Map<string, EcsRegion>();
	return {
		in: (account, region) => {
			const key = `${account}/${region}`;
			const found = regions.get(key);
			if (found !== undefined) return found;
			const created: EcsRegion = {
				account,
				region,
				families: new Map(),
				clusters: new Set(['default']),
				services: new Map(),
			};
			regions.set(key, created);
			return created;
		},
		all: () => [...regions.values()],
	};
}
