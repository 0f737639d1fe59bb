import type {
	ContainerDefinition,
	DescribeTaskDefinitionRequest,
	DescribeTaskDefinitionResponse,
	ListTaskDefinitionsRequest,
	ListTaskDefinitionsResponse,
	RegisterTaskDefinitionRequest,
	RegisterTaskDefinitionResponse,
} from '@aws-sdk/client-ecs';
import type { Call, Operations } from '../aws/call.ts';
import { pageOf } from '../aws/paging.ts';
import { ServiceError } from '../aws/service-error.ts';
import { arnOf } from './arn.ts';
import type { EcsRegion, Revision } from './state.ts';

const IMAGE = /^[A-Za-z0-9\-_:./#]{1,255}(?:@sha256:[0-9a-f]{64})?$/;

/** Registers a revision, whether or not anything changed: ECS never deduplicates. */
export function registerRevision(
	ecs: EcsRegion,
	input: RegisterTaskDefinitionRequest,
	registeredBy: string,
	now: number,
): Revision {
	const { family = '', containerDefinitions = [], tags = [], ...rest } = input;
	if (!/^[A-Za-z0-9_-]{1,255}$/.test(family)) throw clientError('Family contains invalid characters.');
	if (containerDefinitions.length === 0) throw clientError('Container list cannot be empty.');
	const revisions = ecs.families.get(family) ?? [];
	const revision = revisions.length + 1;
	const registered: Revision = {
		tags: [...tags],
		definition: {
			...rest,
			family,
			revision,
			taskDefinitionArn: arnOf(ecs, `task-definition/${family}:${revision}`),
			containerDefinitions: containerDefinitions.map(withDefaults),
			volumes: input.volumes ?? [],
			placementConstraints: input.placementConstraints ?? [],
			status: 'ACTIVE',
			requiresAttributes: [],
			compatibilities: ['EC2', 'FARGATE'],
			registeredAt: new Date(now),
			registeredBy,
		},
	};
	ecs.families.set(family, [...revisions, registered]);
	return registered;
}

/** What ECS adds to every container, so that reading back never gives what was written. */
function withDefaults(container: ContainerDefinition): ContainerDefinition {
	const { name, image } = container;
	if (name === undefined || image === undefined)
		throw clientError('Container.image and Container.name should not be null or empty.');
	if (!IMAGE.test(image)) throw clientError(`Invalid image reference '${image}'.`);
	return {
		cpu: 0,
		portMappings: [],
		essential: true,
		environment: [],
		mountPoints: [],
		volumesFrom: [],
		systemControls: [],
		...container,
	};
}

/** By family (its newest), family:revision, or ARN. @throws ServiceError ClientException */
export function revisionOf(ecs: EcsRegion, reference: string | undefined): Revision {
	const name = (reference ?? '').replace(/^arn:[^/]+\//, '');
	const [family = '', number] = name.split(':');
	const revisions = ecs.families.get(family) ?? [];
	const found = number === undefined ? revisions.at(-1) : revisions[Number(number) - 1];
	if (found === undefined) throw clientError('Unable to describe task definition.');
	return found;
}

function register(input: RegisterTaskDefinitionRequest, call: Call): RegisterTaskDefinitionResponse {
	const { principal, region, world } = call;
	const ecs = world.ecs.in(principal.account, region);
	const { definition, tags } = registerRevision(ecs, input, principal.arn, world.clock.now());
	return { taskDefinition: definition, tags };
}

function describe(input: DescribeTaskDefinitionRequest, call: Call): DescribeTaskDefinitionResponse {
	const { definition, tags } = revisionOf(call.world.ecs.in(call.principal.account, call.region), input.taskDefinition);
	return { taskDefinition: definition, ...((input.include ?? []).includes('TAGS') ? { tags } : {}) };
}

function list(input: ListTaskDefinitionsRequest, call: Call): ListTaskDefinitionsResponse {
	const { families } = call.world.ecs.in(call.principal.account, call.region);
	const all = [...families]
		.filter(([family]) => input.familyPrefix === undefined || family === input.familyPrefix)
		.sort(([a], [b]) => (a < b ? -1 : 1))
		.flatMap(([, revisions]) => revisions.map(({ definition }) => definition.taskDefinitionArn));
	const page = pageOf(input.sort === 'DESC' ? all.reverse() : all, input, 100, 100);
	return { taskDefinitionArns: [...page.items], nextToken: page.nextToken };
}

export const clientError = (message: string): ServiceError => new ServiceError('ClientException', message);

export const taskDefinitionOperations: Operations = {
	RegisterTaskDefinition: register,
	DescribeTaskDefinition: describe,
	ListTaskDefinitions: list,
};
