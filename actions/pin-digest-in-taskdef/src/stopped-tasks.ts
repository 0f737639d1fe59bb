import { DescribeTasksCommand, type ECSClient, ListTasksCommand, type Task } from '@aws-sdk/client-ecs';
import { messageOf } from '@ecr-pipeline/core';
import type { Followed } from './rollout.ts';
import { clusterOf, type ServicePlan } from './services.ts';

/** Why tasks stopped; equal reasons stand once. */
export interface StoppedTasks {
	readonly reason: string;
	readonly count: number;
}

/**
 * Why tasks of this deployment stopped, the most frequent first (ECS keeps them for about an hour). It explains a failure
 * that is known already, so that trouble here is told as a reason and not thrown.
 */
export async function stoppedTasks(
	client: ECSClient,
	plan: ServicePlan,
	{ taskDefinition, deploymentId }: Pick<Followed, 'taskDefinition' | 'deploymentId'>,
): Promise<StoppedTasks[]> {
	// A task of a service says in startedBy which deployment it belongs to (Amazon ECS API reference, Task).
	const isOurs = ({ taskDefinitionArn, startedBy = deploymentId }: Task): boolean =>
		taskDefinitionArn === taskDefinition && startedBy === deploymentId;
	try {
		const { serviceName } = plan.before;
		const { taskArns = [] } = await client.send(
			new ListTasksCommand({ ...clusterOf(plan), serviceName: serviceName ?? plan.id, desiredStatus: 'STOPPED' }),
		);
		if (taskArns.length === 0) return [];
		const { tasks = [] } = await client.send(new DescribeTasksCommand({ ...clusterOf(plan), tasks: taskArns }));
		return group(tasks.filter(isOurs).map(reasonOf));
	} catch (error) {
		return [
			{
				reason: `unknown, because they could not be read (ecs:ListTasks, ecs:DescribeTasks): ${messageOf(error)}`,
				count: 0,
			},
		];
	}
}

/** What to do about a reason, where it is known what it means. */
export function hintFor(reasons: readonly string[]): string | undefined {
	const text = reasons.join('\n');
	return HINTS.find(([pattern]) => pattern.test(text))?.[1];
}

const HINTS: readonly (readonly [RegExp, string])[] = [
	[
		/descriptor matching platform|no match for platform|exec format error/i,
		"The image has another architecture than the task: compare its platforms with the task's runtimePlatform.",
	],
	[
		/CannotPull.*(?:\b403\b|AccessDenied|not authorized)|pull.*ecr:(?:GetAuthorizationToken|BatchGetImage|GetDownloadUrlForLayer)/is,
		'Grant the execution role of the task ecr:GetAuthorizationToken, ecr:BatchCheckLayerAvailability, ecr:GetDownloadUrlForLayer and ecr:BatchGetImage; a repository of another account needs a repository policy that lets that role in.',
	],
	[
		/CannotPull.*(?:not found|manifest unknown|does not exist)/is,
		'The digest is not in the repository that the task pulls from: promote it there, or check whether a lifecycle policy expired it.',
	],
	[
		/CannotPull.*(?:i\/o timeout|deadline exceeded|connection refused|no such host)|unable to pull.*(?:timeout|connection issue)/is,
		'The task has no way to the registry: it needs a public address, a NAT gateway, or VPC endpoints for ECR and S3.',
	],
	[/OutOfMemory/i, 'The container ran out of memory: raise its memory in the task definition.'],
	[
		/failed (?:ELB|container) health checks|health check/i,
		'The tasks start and do not become healthy: see the log of the container, and the grace period of the health check.',
	],
	[
		/Essential container in task exited/i,
		"The container ended by itself: see its log. With awslogs it is in the log group of the container's logConfiguration.",
	],
];

// A task that is replaced in the ordinary course says nothing about the failure.
const ORDINARY = /^Scaling activity initiated/;
const UNIQUE = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

function group(reasons: readonly (string | undefined)[]): StoppedTasks[] {
	const groups = new Map<string, StoppedTasks>();
	for (const reason of reasons) {
		if (reason === undefined) continue;
		const key = reason.replace(UNIQUE, '');
		const count = (groups.get(key)?.count ?? 0) + 1;
		groups.set(key, { reason: groups.get(key)?.reason ?? reason, count });
	}
	return [...groups.values()].sort((a, b) => b.count - a.count);
}

function reasonOf({ stopCode, stoppedReason, containers = [] }: Task): string | undefined {
	if (stoppedReason !== undefined && ORDINARY.test(stoppedReason)) return undefined;
	const details = containers.flatMap(({ name, exitCode, reason }) => {
		const said = [exitCode === undefined ? undefined : `exit code ${exitCode}`, reason].filter(
			(part) => part !== undefined,
		);
		return said.length === 0 ? [] : [`${name ?? 'container'}: ${said.join(', ')}`];
	});
	const head = [stopCode, stoppedReason].filter((part) => part !== undefined).join(': ') || 'no reason given';
	return details.length === 0 ? head : `${head} [${details.join('; ')}]`;
}
