import type { Deployment, Service } from './state.ts';

/** Failed tasks after which the circuit breaker acts: half of the desired count, 3 to 200 (API reference, ServiceDeploymentCircuitBreaker). */
export function failureThreshold({ desiredCount }: Pick<Service, 'desiredCount'>): number {
	return Math.min(Math.max(Math.ceil(desiredCount / 2), 3), 200);
}

export type RolloutState = 'in-progress' | 'succeeded' | 'rolling-back' | 'rolled-back' | 'replaced';

/** How a deployment stands: a rollback takes as long again as the rollout that failed. */
export function rolloutOf(service: Service, deployment: Deployment, now: number): RolloutState {
	const elapsed = now - deployment.startedAt;
	const length = deployment.seconds * 1000;
	const newer = service.deployments[service.deployments.indexOf(deployment) - 1];
	if (newer !== undefined && newer.startedAt - deployment.startedAt < length) return 'replaced';
	if (elapsed < length) return 'in-progress';
	if (deployment.outcome === 'succeed') return 'succeeded';
	return elapsed < 2 * length ? 'rolling-back' : 'rolled-back';
}

/** The deployment whose tasks a service runs, or is on its way to; a failed one leads back to the one before it. */
export function runningDeployment(service: Service, now: number): Deployment | undefined {
	const failed = (deployment: Deployment) =>
		['rolling-back', 'rolled-back'].includes(rolloutOf(service, deployment, now));
	const [newest, ...older] = service.deployments;
	if (newest === undefined || !failed(newest)) return newest;
	return older.find(({ taskDefinition }) => taskDefinition === newest.previous) ?? newest;
}

/** The task definition that a service runs, or is on its way to. */
export function runningDefinition(service: Service, now: number): string {
	return runningDeployment(service, now)?.taskDefinition ?? '';
}
