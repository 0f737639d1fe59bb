import type {
	DescribeTasksRequest,
	DescribeTasksResponse,
	ListTasksRequest,
	ListTasksResponse,
	Task,
} from '@aws-sdk/client-ecs';
import type { Call, Operations } from '../aws/call.ts';
import { arnOf } from './arn.ts';
import { failureThreshold, rolloutOf, runningDeployment } from './rollout.ts';
import { clusterName, ecsOf, findService } from './services.ts';
import type { Deployment, EcsRegion, Service } from './state.ts';
import { revisionOf } from './task-definitions.ts';

function list(input: ListTasksRequest, call: Call): ListTasksResponse {
	const ecs = ecsOf(call);
	const cluster = clusterName(ecs, input.cluster);
	const status = input.desiredStatus ?? 'RUNNING';
	const services =
		input.serviceName === undefined
			? [...ecs.services.values()].filter((service) => service.cluster === cluster)
			: [findService(ecs, cluster, input.serviceName)].filter((service) => service !== undefined);
	const tasks = services.flatMap((service) => tasksOf(ecs, service, call.world.clock.now()));
	return { taskArns: tasks.flatMap((task) => (task.desiredStatus === status ? (task.taskArn ?? []) : [])) };
}

function describe(input: DescribeTasksRequest, call: Call): DescribeTasksResponse {
	const ecs = ecsOf(call);
	const known = [...ecs.services.values()].flatMap((service) => tasksOf(ecs, service, call.world.clock.now()));
	const ids = (input.tasks ?? []).map((task) => task.split('/').at(-1) ?? '');
	const find = (id: string) => known.find(({ taskArn }) => taskArn?.endsWith(`/${id}`));
	return {
		tasks: ids.flatMap((id) => find(id) ?? []),
		failures: ids.filter((id) => find(id) === undefined).map((id) => ({ arn: id, reason: 'MISSING' })),
	};
}

/** The tasks that run, and those that a failed deployment left stopped. */
function tasksOf(ecs: EcsRegion, service: Service, now: number): Task[] {
	const current = runningDeployment(service, now);
	const running =
		current === undefined
			? []
			: Array.from({ length: service.desiredCount }, (_, index) =>
					taskOf(ecs, service, `${service.name}-${index}`, current),
				);
	const failed = service.deployments
		.filter((deployment) => ['rolling-back', 'rolled-back'].includes(rolloutOf(service, deployment, now)))
		.flatMap((deployment) =>
			Array.from({ length: failureThreshold(service) }, (_, index) =>
				stopped(taskOf(ecs, service, `${deployment.id}-${index}`, deployment)),
			),
		);
	return [...running, ...failed];
}

function taskOf(ecs: EcsRegion, service: Service, id: string, deployment: Deployment): Task {
	const { taskDefinition: taskDefinitionArn } = deployment;
	return {
		taskArn: arnOf(ecs, `task/${service.cluster}/${id}`),
		clusterArn: arnOf(ecs, `cluster/${service.cluster}`),
		taskDefinitionArn,
		group: `service:${service.name}`,
		// The deployment that started it, and how tasks are told apart by deployment (API reference, Task).
		startedBy: `ecs-svc/${deployment.id}`,
		desiredStatus: 'RUNNING',
		lastStatus: 'RUNNING',
		launchType: 'FARGATE',
		containers: revisionOf(ecs, taskDefinitionArn).definition.containerDefinitions.map(({ name, image }) => ({
			name,
			image,
			imageDigest: image?.split('@')[1],
			lastStatus: 'RUNNING',
		})),
	};
}

function stopped(task: Task): Task {
	return {
		...task,
		desiredStatus: 'STOPPED',
		lastStatus: 'STOPPED',
		stopCode: 'EssentialContainerExited',
		stoppedReason: 'Essential container in task exited',
		containers: (task.containers ?? []).map((container) => ({
			...container,
			lastStatus: 'STOPPED',
			exitCode: 1,
			reason: 'The container exited right after its start',
		})),
	};
}

export const taskOperations: Operations = { ListTasks: list, DescribeTasks: describe };
