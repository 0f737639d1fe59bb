import type {
	DescribeServiceDeploymentsRequest,
	DescribeServiceDeploymentsResponse,
	ListServiceDeploymentsRequest,
	ListServiceDeploymentsResponse,
	ServiceDeployment,
	ServiceDeploymentStatus,
} from '@aws-sdk/client-ecs';
import type { Call, Operations } from '../aws/call.ts';
import { ServiceError } from '../aws/service-error.ts';
import { arnOf } from './arn.ts';
import { failureThreshold, type RolloutState, rolloutOf } from './rollout.ts';
import { serviceDeploymentArn } from './service-shape.ts';
import { clusterName, ecsOf, findService } from './services.ts';
import type { Deployment, EcsRegion, Service } from './state.ts';

const STATUS: Readonly<Record<RolloutState, ServiceDeploymentStatus>> = {
	'in-progress': 'IN_PROGRESS',
	succeeded: 'SUCCESSFUL',
	'rolling-back': 'ROLLBACK_IN_PROGRESS',
	'rolled-back': 'ROLLBACK_SUCCESSFUL',
	replaced: 'STOPPED',
};

function list(input: ListServiceDeploymentsRequest, call: Call): ListServiceDeploymentsResponse {
	const ecs = ecsOf(call);
	const service = findService(ecs, clusterName(ecs, input.cluster), input.service);
	if (service === undefined) throw new ServiceError('ServiceNotFoundException', 'Service not found.');
	const now = call.world.clock.now();
	const all = service.deployments.map((deployment) => deploymentShape(ecs, service, deployment, now));
	const wanted = all.filter(
		({ status }) => input.status === undefined || (status !== undefined && input.status.includes(status)),
	);
	return {
		serviceDeployments: wanted.map(
			({ serviceDeploymentArn, serviceArn, clusterArn, status, startedAt, createdAt, targetServiceRevision }) => ({
				serviceDeploymentArn,
				serviceArn,
				clusterArn,
				status,
				startedAt,
				createdAt,
				targetServiceRevisionArn: targetServiceRevision?.arn,
			}),
		),
	};
}

function describe(input: DescribeServiceDeploymentsRequest, call: Call): DescribeServiceDeploymentsResponse {
	const ecs = ecsOf(call);
	const now = call.world.clock.now();
	const arns = input.serviceDeploymentArns ?? [];
	const known = [...ecs.services.values()].flatMap((service) =>
		service.deployments.map((deployment) => deploymentShape(ecs, service, deployment, now)),
	);
	const find = (arn: string) => known.find(({ serviceDeploymentArn }) => serviceDeploymentArn === arn);
	return {
		serviceDeployments: arns.flatMap((arn) => find(arn) ?? []),
		failures: arns.filter((arn) => find(arn) === undefined).map((arn) => ({ arn, reason: 'MISSING' })),
	};
}

function deploymentShape(ecs: EcsRegion, service: Service, deployment: Deployment, now: number): ServiceDeployment {
	const state = rolloutOf(service, deployment, now);
	const failed = state === 'rolling-back' || state === 'rolled-back';
	const revision = (id: string) => arnOf(ecs, `service-revision/${service.cluster}/${service.name}/${id}`);
	const startedAt = new Date(deployment.startedAt);
	const threshold = failureThreshold(service);
	return {
		serviceDeploymentArn: serviceDeploymentArn(ecs, service, deployment),
		serviceArn: service.arn,
		clusterArn: arnOf(ecs, `cluster/${service.cluster}`),
		createdAt: startedAt,
		startedAt,
		updatedAt: new Date(now),
		status: STATUS[state],
		statusReason: failed
			? 'Service deployment rolled back because the circuit breaker threshold was exceeded.'
			: undefined,
		targetServiceRevision: {
			arn: revision(deployment.id),
			requestedTaskCount: service.desiredCount,
			runningTaskCount: state === 'succeeded' ? service.desiredCount : 0,
			pendingTaskCount: state === 'in-progress' ? service.desiredCount : 0,
		},
		rollback: failed
			? { reason: 'Circuit breaker threshold was exceeded.', serviceRevisionArn: revision(`${deployment.id}-previous`) }
			: undefined,
		deploymentCircuitBreaker: {
			status: failed ? 'TRIGGERED' : 'MONITORING',
			failureCount: failed ? threshold : 0,
			threshold,
		},
	};
}

export const deploymentOperations: Operations = {
	ListServiceDeployments: list,
	DescribeServiceDeployments: describe,
};
