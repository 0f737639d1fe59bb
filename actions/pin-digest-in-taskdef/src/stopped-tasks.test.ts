import type { ECSClient } from '@aws-sdk/client-ecs';
import { describe, expect, it } from '@jest/globals';
import type { ServicePlan } from './services.ts';
import { hintFor, stoppedTasks } from './stopped-tasks.ts';

const plan: ServicePlan = { id: 'web', label: 'web (cluster main)', before: { serviceName: 'web' } };
const followed = { taskDefinition: 'web:2', deploymentId: 'ecs-svc/2' };
const PULL = 'CannotPullContainerError: failed to resolve ref 1.dkr.ecr.eu-west-1.amazonaws.com/web@sha256:1';

function clientWith(tasks: readonly object[]): ECSClient {
	const send = async (command: object) =>
		command.constructor.name === 'ListTasksCommand' ? { taskArns: ['a'] } : { tasks };
	return { send } as unknown as ECSClient;
}

describe('the reasons of stopped tasks', () => {
	it('stand once each with their count, request ids aside, and only for this deployment', async () => {
		const failed = (id: string) => ({
			taskDefinitionArn: 'web:2',
			startedBy: 'ecs-svc/2',
			stopCode: 'TaskFailedToStart',
			stoppedReason: `${PULL}: not found (request id 00000000-0000-0000-0000-00000000000${id})`,
		});
		const found = await stoppedTasks(
			clientWith([
				{ taskDefinitionArn: 'web:1', stoppedReason: 'old' },
				{ taskDefinitionArn: 'web:2', startedBy: 'ecs-svc/1', stoppedReason: 'an attempt before' },
				{ taskDefinitionArn: 'web:2', stoppedReason: 'Scaling activity initiated by (deployment ecs-svc/1)' },
				{
					taskDefinitionArn: 'web:2',
					stopCode: 'EssentialContainerExited',
					stoppedReason: 'Essential container in task exited',
					containers: [{ name: 'web', exitCode: 137, reason: 'OutOfMemoryError' }, { name: 'log' }],
				},
				failed('1'),
				failed('2'),
			]),
			plan,
			followed,
		);
		expect(found).toEqual([
			{ count: 2, reason: `TaskFailedToStart: ${failed('1').stoppedReason}` },
			{
				count: 1,
				reason: 'EssentialContainerExited: Essential container in task exited [web: exit code 137, OutOfMemoryError]',
			},
		]);
	});

	it('that cannot be read do not hide the failure they would explain', async () => {
		const send = () => Promise.reject(new Error('not authorized'));
		const found = await stoppedTasks({ send } as unknown as ECSClient, plan, followed);
		expect(found).toEqual([{ count: 0, reason: expect.stringMatching(/ecs:ListTasks.*not authorized/) }]);
	});
});

it.each([
	[`${PULL}: unexpected status from HEAD request: 403 Forbidden`, /execution role/],
	[
		'ResourceInitializationError: unable to pull registry auth: not authorized to perform: ecr:GetAuthorizationToken',
		/execution role/,
	],
	[`${PULL}: not found`, /lifecycle policy/],
	[`${PULL}: dial tcp: i/o timeout`, /NAT gateway/],
	[
		"CannotPullContainerError: image Manifest does not contain descriptor matching platform 'linux/amd64'",
		/runtimePlatform/,
	],
	['Task failed ELB health checks in (target-group arn:x)', /grace period/],
])('says what to do about "%s"', (reason, advice) => {
	expect(hintFor([reason])).toMatch(advice);
});

it('says nothing about what it does not know', () => {
	expect(hintFor(['something else'])).toBeUndefined();
});
