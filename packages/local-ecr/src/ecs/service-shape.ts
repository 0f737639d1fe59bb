import type { Deployment as DeploymentShape, ServiceEvent, Service as ServiceShape } from '@aws-sdk/client-ecs';
import { arnOf } from './arn.ts';
import { failureThreshold, rolloutOf, runningDefinition } from './rollout.ts';
import type { Deployment, EcsRegion, Service } from './state.ts';

/** A service in the words of the API. */
export function serviceShape(ecs: EcsRegion, service: Service, now: number): ServiceShape {
	const [newest] = service.deployments;
	const moving = newest !== undefined && ['in-progress', 'rolling-back'].includes(rolloutOf(service, newest, now));
	return {
		serviceArn: service.arn,
		serviceName: service.name,
		clusterArn: arnOf(ecs, `cluster/${service.cluster}`),
		status: 'ACTIVE',
		desiredCount: service.desiredCount,
		runningCount: service.desiredCount,
		pendingCount: 0,
		launchType: 'FARGATE',
		schedulingStrategy: 'REPLICA',
		taskDefinition: runningDefinition(service, now),
		deploymentController: { type: 'ECS' },
		deploymentConfiguration: {
			strategy: 'ROLLING',
			maximumPercent: 200,
			minimumHealthyPercent: 100,
			deploymentCircuitBreaker: { enable: true, rollback: true },
		},
		deployments: deploymentShapes(service, now),
		currentServiceDeployment: moving ? serviceDeploymentArn(ecs, service, newest) : undefined,
		events: eventsOf(service, now),
		createdAt: new Date(service.createdAt),
	};
}

export const serviceDeploymentArn = (ecs: EcsRegion, service: Service, { id }: Deployment): string =>
	arnOf(ecs, `service-deployment/${service.cluster}/${service.name}/${id}`);

/** The list that shrinks: what is drained is no longer in it. */
function deploymentShapes(service: Service, now: number): DeploymentShape[] {
	const [newest, before] = service.deployments;
	if (newest === undefined) return [];
	const state = rolloutOf(service, newest, now);
	const count = service.desiredCount;
	if (state === 'succeeded') return [shape(newest, 'PRIMARY', 'COMPLETED', count, count, 0)];
	if (state === 'in-progress') {
		const primary = shape(newest, 'PRIMARY', 'IN_PROGRESS', count, 0, 0);
		return before === undefined ? [primary] : [primary, shape(before, 'ACTIVE', 'COMPLETED', count, count, 0)];
	}
	const restored: Deployment = {
		...newest,
		id: `${newest.id}-rollback`,
		taskDefinition: runningDefinition(service, now),
		startedAt: newest.startedAt + newest.seconds * 1000,
	};
	const done = state === 'rolled-back';
	const primary = shape(restored, 'PRIMARY', done ? 'COMPLETED' : 'IN_PROGRESS', count, count, 0);
	return done ? [primary] : [primary, shape(newest, 'ACTIVE', 'FAILED', 0, 0, failureThreshold(service))];
}

function shape(
	deployment: Deployment,
	status: string,
	rolloutState: 'COMPLETED' | 'IN_PROGRESS' | 'FAILED',
	desiredCount: number,
	runningCount: number,
	failedTasks: number,
): DeploymentShape {
	const reasons = {
		COMPLETED: 'completed.',
		IN_PROGRESS: 'in progress.',
		FAILED: 'failed: tasks failed to start.',
	};
	return {
		id: `ecs-svc/${deployment.id}`,
		status,
		taskDefinition: deployment.taskDefinition,
		desiredCount,
		runningCount,
		pendingCount: desiredCount - runningCount,
		failedTasks,
		rolloutState,
		rolloutStateReason: `ECS deployment ecs-svc/${deployment.id} ${reasons[rolloutState]}`,
		createdAt: new Date(deployment.startedAt),
		updatedAt: new Date(deployment.startedAt),
		launchType: 'FARGATE',
	};
}

/** Newest first. */
function eventsOf(service: Service, now: number): ServiceEvent[] {
	const prefix = `(service ${service.name})`;
	return service.deployments.flatMap((deployment): ServiceEvent[] => {
		const event = (seconds: number, what: string): ServiceEvent => ({
			id: `${deployment.id}-${seconds}`,
			createdAt: new Date(deployment.startedAt + seconds * 1000),
			message: `${prefix} ${what}`,
		});
		const name = `deployment ecs-svc/${deployment.id}`;
		const ended = deployment.seconds;
		const state = rolloutOf(service, deployment, now);
		if (state === 'succeeded')
			return [event(ended, 'has reached a steady state.'), event(ended, `(${name}) deployment completed.`)];
		if (state === 'in-progress' || state === 'replaced') return [event(0, `has started 1 tasks: (${name}).`)];
		return [
			event(ended, `rolling back to ${deployment.previous ?? 'nothing'}.`),
			event(ended, `(${name}) deployment failed: tasks failed to start.`),
		];
	});
}
