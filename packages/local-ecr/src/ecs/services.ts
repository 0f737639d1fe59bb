import type {
	CreateClusterRequest,
	CreateClusterResponse,
	CreateServiceRequest,
	CreateServiceResponse,
	DescribeServicesRequest,
	DescribeServicesResponse,
	UpdateServiceRequest,
	UpdateServiceResponse,
} from '@aws-sdk/client-ecs';
import type { Call, Operations } from '../aws/call.ts';
import { ServiceError } from '../aws/service-error.ts';
import { randomKey } from '../ids.ts';
import { arnOf } from './arn.ts';
import { runningDefinition } from './rollout.ts';
import { serviceShape } from './service-shape.ts';
import type { EcsRegion, Outcome, Service } from './state.ts';
import { clientError, revisionOf } from './task-definitions.ts';

export interface ServiceSettings {
	readonly cluster: string;
	readonly name: string;
	readonly taskDefinition: string;
	readonly desiredCount: number;
	readonly outcome: Outcome;
	/** How long a rollout takes. */
	readonly rolloutSeconds: number;
}

export function ecsOf({ world, principal, region }: Call): EcsRegion {
	return world.ecs.in(principal.account, region);
}

/** A cluster by name or ARN. */
export function clusterName(ecs: EcsRegion, cluster: string | undefined): string {
	const name = (cluster ?? 'default').split('/').at(-1) ?? '';
	if (!ecs.clusters.has(name)) throw new ServiceError('ClusterNotFoundException', 'Cluster not found.');
	return name;
}

/** A service by name or ARN; undefined where there is none. */
export function findService(ecs: EcsRegion, cluster: string, service: string | undefined): Service | undefined {
	return ecs.services.get(`${cluster}/${(service ?? '').split('/').at(-1)}`);
}

/** Makes a service whose first deployment is long done. */
export function addService(ecs: EcsRegion, settings: ServiceSettings, now: number): Service {
	const { definition } = revisionOf(ecs, settings.taskDefinition);
	ecs.clusters.add(settings.cluster);
	const service: Service = {
		name: settings.name,
		arn: arnOf(ecs, `service/${settings.cluster}/${settings.name}`),
		cluster: settings.cluster,
		createdAt: now,
		deployments: [],
		desiredCount: settings.desiredCount,
		outcome: settings.outcome,
		rolloutSeconds: settings.rolloutSeconds,
	};
	ecs.services.set(`${settings.cluster}/${settings.name}`, service);
	service.deployments.push({
		id: randomKey(20).toLowerCase(),
		taskDefinition: definition.taskDefinitionArn,
		startedAt: now,
		outcome: 'succeed',
		seconds: 0,
		previous: undefined,
	});
	return service;
}

function createCluster(input: CreateClusterRequest, call: Call): CreateClusterResponse {
	const ecs = ecsOf(call);
	const clusterName = input.clusterName ?? 'default';
	ecs.clusters.add(clusterName);
	return { cluster: { clusterName, clusterArn: arnOf(ecs, `cluster/${clusterName}`), status: 'ACTIVE' } };
}

function create(input: CreateServiceRequest, call: Call): CreateServiceResponse {
	const ecs = ecsOf(call);
	const cluster = clusterName(ecs, input.cluster);
	const name = input.serviceName ?? '';
	if (findService(ecs, cluster, name) !== undefined)
		throw new ServiceError('InvalidParameterException', 'Creation of service was not idempotent.');
	const settings: ServiceSettings = {
		cluster,
		name,
		taskDefinition: input.taskDefinition ?? '',
		desiredCount: input.desiredCount ?? 1,
		outcome: 'succeed',
		rolloutSeconds: 1,
	};
	const now = call.world.clock.now();
	return { service: serviceShape(ecs, addService(ecs, settings, now), now) };
}

function update(input: UpdateServiceRequest, call: Call): UpdateServiceResponse {
	const ecs = ecsOf(call);
	const service = findService(ecs, clusterName(ecs, input.cluster), input.service);
	if (service === undefined) throw new ServiceError('ServiceNotFoundException', 'Service not found.');
	const now = call.world.clock.now();
	// Not the newest deployment's own: after a rollback the service runs what ran before it.
	const running = runningDefinition(service, now);
	service.desiredCount = input.desiredCount ?? service.desiredCount;
	if (input.taskDefinition !== undefined || input.forceNewDeployment === true)
		service.deployments.unshift({
			id: randomKey(20).toLowerCase(),
			taskDefinition: revisionOf(ecs, input.taskDefinition ?? running).definition.taskDefinitionArn,
			startedAt: now,
			outcome: service.outcome,
			seconds: service.rolloutSeconds,
			previous: running,
		});
	return { service: serviceShape(ecs, service, now) };
}

function describe(input: DescribeServicesRequest, call: Call): DescribeServicesResponse {
	const ecs = ecsOf(call);
	const cluster = clusterName(ecs, input.cluster);
	const names = input.services ?? [];
	if (names.length < 1 || names.length > 10) throw clientError('Services cannot be empty, nor more than 10.');
	const now = call.world.clock.now();
	const services = names.flatMap((name) => findService(ecs, cluster, name) ?? []);
	return {
		services: services.map((service) => serviceShape(ecs, service, now)),
		failures: names
			.filter((name) => findService(ecs, cluster, name) === undefined)
			.map((name) => ({ arn: arnOf(ecs, `service/${name}`), reason: 'MISSING' })),
	};
}

export const serviceOperations: Operations = {
	CreateCluster: createCluster,
	CreateService: create,
	UpdateService: update,
	DescribeServices: describe,
};
