import type { Service } from '@aws-sdk/client-ecs';
import { type ErrorCode, PipelineError } from '@ecr-pipeline/core';
import type { Deployment } from './deploy.ts';
import { shortName } from './services.ts';
import { hintFor } from './stopped-tasks.ts';

const MOST_EVENTS = 10;

/** The error that says how a deployment ended and why: its own reason, the service's events, the stopped tasks. */
export function failureOf(
	deployment: Deployment,
	label: string,
	taskDefinition: string,
	service: Service,
): PipelineError {
	const { reason, events, stoppedTasks } = deployment;
	const tasks = stoppedTasks.map(({ reason: why, count }) => (count === 0 ? why : `${count} × ${why}`));
	const answer = [
		reason || 'ECS gives no reason',
		...listed('Service events', events.slice(-MOST_EVENTS)),
		...listed('Stopped tasks', tasks),
	];
	return new PipelineError({
		code: codeOf(deployment),
		attempted: `The deployment of ${shortName(taskDefinition)} to the service ${label} ${endOf(deployment, service)}`,
		answer: answer.join('\n'),
		fix: `\n${hintFor([...tasks, ...events, reason]) ?? usualFix(deployment, service)}`,
	});
}

function listed(title: string, lines: readonly string[]): string[] {
	return lines.length === 0 ? [] : [`${title}:`, ...lines.map((line) => `  ${line}`)];
}

function codeOf({ outcome }: Deployment): ErrorCode {
	if (outcome === 'timed-out') return 'timeout';
	return outcome === 'superseded' || outcome === 'stopped' ? 'conflict' : 'service';
}

function endOf({ outcome, previous }: Deployment, service: Service): string {
	switch (outcome) {
		case 'rolled-back':
			return `was rolled back to ${shortName(previous ?? 'the revision before')}`;
		case 'superseded':
			return `was superseded by a deployment of ${shortName(service.taskDefinition ?? 'another revision')}`;
		case 'stopped':
			return 'was stopped';
		case 'timed-out':
			return `did not end in time (circuit breaker ${hasBreaker(service) ? 'on' : 'off'})`;
		default:
			return 'failed';
	}
}

function usualFix({ outcome }: Deployment, service: Service): string {
	if (outcome === 'superseded')
		return 'Another deployment began meanwhile: run deployments of one service one after another (concurrency group).';
	if (outcome === 'timed-out' && !hasBreaker(service))
		return 'Without a circuit breaker ECS tries for ever: turn it on with aws ecs update-service --deployment-configuration "deploymentCircuitBreaker={enable=true,rollback=true}". The deployment goes on.';
	if (outcome === 'timed-out') return 'Raise wait-for-minutes if the service needs longer. The deployment goes on.';
	return 'See the log of the containers and the events of the service.';
}

function hasBreaker({ deploymentConfiguration }: Service): boolean {
	return deploymentConfiguration?.deploymentCircuitBreaker?.enable === true;
}
