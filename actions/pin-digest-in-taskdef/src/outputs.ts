import type { OutputValue } from '@ecr-pipeline/core';
import type { Deployment } from './deploy.ts';
import type { PinResult } from './pin.ts';

/** The outputs under the contract's names. `result` holds no value of the environment, so that no mask drops it. */
export function outputsOf(result: PinResult): Record<string, OutputValue> {
	const outputs = {
		'task-definition': result.path,
		'task-definition-arn': result.arn ?? '',
		'previous-task-definition-arn': result.previousArn ?? '',
		changed: result.changed,
	};
	return {
		...outputs,
		diff: result.diff,
		result: {
			action: 'pin-digest-in-taskdef',
			...outputs,
			registered: result.registered,
			containers: result.containers.map(({ name, before, after, platforms }) => ({
				name,
				before: before ?? '',
				after,
				changed: before !== after,
				...(platforms === undefined ? {} : { platforms }),
			})),
			'settings-changed': result.settingsChanged,
			deployments: result.deployments.map(deploymentOf),
		},
	};
}

function deploymentOf({
	service,
	cluster,
	outcome,
	changed,
	previous,
	reason,
	events,
	stoppedTasks,
}: Deployment): object {
	return {
		service,
		cluster,
		outcome,
		changed,
		'previous-task-definition-arn': previous ?? '',
		reason,
		events,
		'stopped-tasks': stoppedTasks,
	};
}
