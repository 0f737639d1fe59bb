import {
	type ECSClient,
	RegisterTaskDefinitionCommand,
	type RegisterTaskDefinitionCommandInput,
} from '@aws-sdk/client-ecs';
import { explainAwsError, PipelineError } from '@ecr-pipeline/core';
import { registrable } from './definition.ts';
import { describeTaskDefinition } from './ecs.ts';
import { isSameDefinition } from './equivalence.ts';
import type { JsonObject } from './json-style.ts';
import { inspectRequest, missingPaths } from './wire.ts';

export interface Registration {
	readonly arn: string;
	/** False when the newest active revision says the same already. */
	readonly registered: boolean;
	/** The newest active revision before this one. */
	readonly previous?: string;
}

/** Registers a revision, unless the newest active one of the family says the same. */
export async function register(client: ECSClient, definition: JsonObject, name: string): Promise<Registration> {
	const { family } = definition;
	if (typeof family !== 'string' || family === '') {
		throw new PipelineError({
			code: 'invalid-input',
			attempted: `Could not register ${name}`,
			answer: 'it has no "family"',
			fix: 'A task definition that is registered needs the name of its family.',
		});
	}
	const newest = await describeTaskDefinition(client, family);
	if (newest !== undefined && isSameDefinition(newest.definition, definition))
		return { arn: newest.arn, registered: false };
	const arn = await registerRevision(client, registrable(definition), family);
	return { arn, registered: true, ...(newest === undefined ? {} : { previous: newest.arn }) };
}

async function registerRevision(client: ECSClient, definition: JsonObject, family: string): Promise<string> {
	const attempted = `Could not register a revision of the task definition ${family}`;
	const command = new RegisterTaskDefinitionCommand(definition as unknown as RegisterTaskDefinitionCommandInput);
	inspectRequest(command.middlewareStack, (sent) => {
		const unknown = missingPaths(definition, sent);
		if (unknown.length === 0) return;
		throw new PipelineError({
			code: 'invalid-input',
			attempted,
			answer: `ECS has no field ${unknown.join(', ')} that this release knows`,
			fix: 'Correct the spelling; a field that ECS has learnt since needs a newer release of this action.',
		});
	});
	try {
		const { taskDefinition } = await client.send(command);
		if (taskDefinition?.taskDefinitionArn !== undefined) return taskDefinition.taskDefinitionArn;
	} catch (error) {
		throw explainRegistration(error, attempted, definition);
	}
	throw new PipelineError({ code: 'service', attempted, answer: 'ECS answered without an ARN' });
}

function explainRegistration(error: unknown, attempted: string, definition: JsonObject): PipelineError {
	const text = error instanceof Error ? error.message : '';
	const roles = [definition.taskRoleArn, definition.executionRoleArn].filter((role) => role !== undefined);
	if (/iam:PassRole/.test(text))
		return explainAwsError(
			error,
			attempted,
			'',
			`Grant iam:PassRole on ${roles.join(' and ')} to the role of this step.`,
		);
	if (/ecs:TagResource/.test(text))
		return explainAwsError(
			error,
			attempted,
			'',
			'Grant ecs:TagResource on the task definition to the role of this step.',
		);
	return explainAwsError(error, attempted, 'ecs:RegisterTaskDefinition on *');
}
