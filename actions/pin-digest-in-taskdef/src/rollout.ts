import type { Deployment as EcsDeployment, Service, ServiceDeployment } from '@aws-sdk/client-ecs';

/** Where a deployment stands. */
export type Rollout =
	| { readonly state: 'running'; readonly line: string }
	| { readonly state: 'ended'; readonly outcome: EndedOutcome; readonly reason: string };

export type EndedOutcome = 'completed' | 'rolled-back' | 'failed' | 'stopped' | 'superseded';

/** What is followed. */
export interface Followed {
	/** The id of the deployment (`ecs-svc/…`) that UpdateService began. */
	readonly deploymentId: string | undefined;
	readonly taskDefinition: string;
	/** What the service ran before. */
	readonly previous: string | undefined;
}

/**
 * Reads a rollout off the service itself. Only COMPLETED of our own deployment is success: after a rollback the service
 * is as stable as ever (aws-actions/amazon-ecs-deploy-task-definition#191).
 */
export function rolloutOfService(service: Service, followed: Followed): Rollout {
	const deployments = service.deployments ?? [];
	const primary = deployments.find(({ status }) => status === 'PRIMARY');
	const ours = deployments.find(({ id }) => id === followed.deploymentId);
	if (ours?.rolloutState === 'FAILED') {
		const replaced = primary !== undefined && primary.id !== ours.id;
		return ended(replaced ? 'rolled-back' : 'failed', ours.rolloutStateReason);
	}
	if (primary === undefined) return { state: 'running', line: 'no deployment is primary yet' };
	if (primary.taskDefinition !== followed.taskDefinition) {
		// "ECS deployment circuit breaker: rolling back to deploymentId ecs-svc/…" stands on the one that replaces ours.
		const back =
			primary.taskDefinition === followed.previous || /roll\w* ?back/i.test(primary.rolloutStateReason ?? '');
		return ended(back ? 'rolled-back' : 'superseded', primary.rolloutStateReason);
	}
	const steady =
		primary.rolloutState === undefined
			? deployments.length === 1 && primary.runningCount === primary.desiredCount
			: primary.rolloutState === 'COMPLETED';
	if (steady) return ended('completed', primary.rolloutStateReason);
	if (primary.rolloutState === 'FAILED') return ended('failed', primary.rolloutStateReason);
	return { state: 'running', line: countsOf(primary) };
}

/** Reads a rollout off its service deployment (Amazon ECS API reference, ServiceDeployment, "status"). */
export function rolloutOfDeployment(deployment: ServiceDeployment): Rollout {
	const reason = reasonOf(deployment);
	switch (deployment.status) {
		case 'SUCCESSFUL':
			return ended('completed', reason);
		case 'ROLLBACK_SUCCESSFUL':
			return ended('rolled-back', reason);
		case 'ROLLBACK_FAILED':
			return ended('failed', `the rollback failed too: ${reason}`);
		case 'STOPPED':
			return ended('stopped', reason);
		default:
			return { state: 'running', line: progressOf(deployment) };
	}
}

function reasonOf({ rollback, statusReason, deploymentCircuitBreaker: breaker, alarms }: ServiceDeployment): string {
	const tripped = breaker?.status === 'TRIGGERED';
	const triggered = alarms?.triggeredAlarmNames ?? [];
	return [
		(rollback?.reason ?? statusReason)?.replace(/\.$/, ''),
		tripped
			? `the circuit breaker counted ${breaker.failureCount ?? 0} failed tasks, its threshold is ${breaker.threshold ?? 0}`
			: undefined,
		triggered.length > 0 ? `alarms: ${triggered.join(', ')}` : undefined,
	]
		.filter((part) => part !== undefined && part !== '')
		.join('; ');
}

function progressOf({ status, lifecycleStage, targetServiceRevision: target }: ServiceDeployment): string {
	const tasks =
		target === undefined
			? undefined
			: `${target.runningTaskCount ?? 0} of ${target.requestedTaskCount ?? 0} tasks run, ${target.pendingTaskCount ?? 0} pending`;
	return [status, lifecycleStage, tasks].filter((part) => part !== undefined).join(', ');
}

function countsOf({ runningCount = 0, desiredCount = 0, pendingCount = 0, failedTasks = 0 }: EcsDeployment): string {
	return `${runningCount} of ${desiredCount} tasks run, ${pendingCount} pending, ${failedTasks} failed`;
}

function ended(outcome: EndedOutcome, reason: string | undefined): Rollout {
	return { state: 'ended', outcome, reason: reason ?? '' };
}
