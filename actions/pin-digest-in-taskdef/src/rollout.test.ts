import type { Service } from '@aws-sdk/client-ecs';
import { describe, expect, it } from '@jest/globals';
import { type Followed, rolloutOfDeployment, rolloutOfService } from './rollout.ts';

const followed: Followed = { deploymentId: 'ecs-svc/2', taskDefinition: 'web:2', previous: 'web:1' };
const primary = { id: 'ecs-svc/2', status: 'PRIMARY', taskDefinition: 'web:2', desiredCount: 2 };

function serviceWith(...deployments: NonNullable<Service['deployments']>): Service {
	return { deployments };
}

describe('the rollout as the service shows it', () => {
	it('runs until it is COMPLETED', () => {
		const running = serviceWith({ ...primary, rolloutState: 'IN_PROGRESS', runningCount: 1, failedTasks: 1 });
		expect(rolloutOfService(running, followed)).toEqual({
			state: 'running',
			line: '1 of 2 tasks run, 0 pending, 1 failed',
		});
		expect(rolloutOfService(serviceWith({ ...primary, rolloutState: 'COMPLETED' }), followed)).toMatchObject({
			outcome: 'completed',
		});
	});

	it('is rolled back when ours FAILED and another is primary', () => {
		const service = serviceWith(
			{ id: 'ecs-svc/3', status: 'PRIMARY', taskDefinition: 'web:1', rolloutState: 'IN_PROGRESS' },
			{ ...primary, status: 'ACTIVE', rolloutState: 'FAILED', rolloutStateReason: 'tasks failed to start.' },
		);
		expect(rolloutOfService(service, followed)).toMatchObject({
			outcome: 'rolled-back',
			reason: 'tasks failed to start.',
		});
	});

	it('is rolled back when ours is gone and the service is stable with what it ran before', () => {
		const service = serviceWith({
			id: 'ecs-svc/3',
			status: 'PRIMARY',
			taskDefinition: 'web:1',
			rolloutState: 'COMPLETED',
		});
		expect(rolloutOfService(service, followed)).toMatchObject({ outcome: 'rolled-back' });
	});

	it('is superseded when a third revision is primary', () => {
		const service = serviceWith({
			id: 'ecs-svc/3',
			status: 'PRIMARY',
			taskDefinition: 'web:3',
			rolloutState: 'IN_PROGRESS',
		});
		expect(rolloutOfService(service, followed)).toMatchObject({ outcome: 'superseded' });
	});

	it('failed without a rollback when ours is still primary', () => {
		const service = serviceWith({ ...primary, rolloutState: 'FAILED', rolloutStateReason: 'no capacity' });
		expect(rolloutOfService(service, followed)).toMatchObject({ outcome: 'failed', reason: 'no capacity' });
	});
});

describe('the rollout as its service deployment shows it', () => {
	it('names what the circuit breaker counted', () => {
		expect(
			rolloutOfDeployment({
				status: 'ROLLBACK_SUCCESSFUL',
				rollback: { reason: 'tasks failed' },
				deploymentCircuitBreaker: { status: 'TRIGGERED', failureCount: 3, threshold: 3 },
			}),
		).toEqual({
			state: 'ended',
			outcome: 'rolled-back',
			reason: 'tasks failed; the circuit breaker counted 3 failed tasks, its threshold is 3',
		});
	});

	it('is over with SUCCESSFUL only', () => {
		expect(rolloutOfDeployment({ status: 'SUCCESSFUL' })).toMatchObject({ outcome: 'completed' });
		expect(rolloutOfDeployment({ status: 'STOPPED' })).toMatchObject({ outcome: 'stopped' });
		expect(rolloutOfDeployment({ status: 'ROLLBACK_FAILED' })).toMatchObject({ outcome: 'failed' });
		expect(rolloutOfDeployment({ status: 'IN_PROGRESS', lifecycleStage: 'BAKE_TIME' })).toEqual({
			state: 'running',
			line: 'IN_PROGRESS, BAKE_TIME',
		});
		expect(rolloutOfDeployment({ status: 'ROLLBACK_IN_PROGRESS' }).state).toBe('running');
	});
});
