import { DescribeTaskDefinitionCommand, ECSClient } from '@aws-sdk/client-ecs';
import {
	awsClientConfig,
	awsErrorCode,
	awsRegion,
	type Context,
	explainAwsError,
	PipelineError,
} from '@ecr-pipeline/core';
import { registrable } from './definition.ts';
import type { JsonObject } from './json-style.ts';
import { keepAnswer } from './wire.ts';

/** A revision that ECS knows. */
export interface RegisteredRevision {
	readonly arn: string;
	readonly family: string;
	/** What could be registered again: without read-only fields, with its tags. */
	readonly definition: JsonObject;
}

/**
 * Opens ECS with the ambient credentials: those that the last login exported.
 * @param taskDefinition an ARN tells the region; for all else it is that of the environment
 */
export function openEcs(context: Context, taskDefinition = ''): ECSClient {
	const region = /^arn:[^:]+:ecs:([^:]+):/.exec(taskDefinition)?.[1] ?? awsRegion(undefined, context.env);
	if (region !== undefined) return new ECSClient(awsClientConfig(context, { region }));
	throw new PipelineError({
		code: 'environment',
		attempted: 'Could not call Amazon ECS',
		answer: 'no AWS region is known',
		fix: 'Run ecr-login-oidc with aws-region before this step, or set AWS_REGION.',
	});
}

/** The newest active revision of a family, or the revision that is named; undefined when there is none. */
export async function describeTaskDefinition(
	client: ECSClient,
	reference: string,
): Promise<RegisteredRevision | undefined> {
	const command = new DescribeTaskDefinitionCommand({ taskDefinition: reference, include: ['TAGS'] });
	// The SDK knows the fields of its own day; what ECS has learnt since must survive being read and registered again.
	const answer = keepAnswer(command.middlewareStack);
	try {
		await client.send(command);
	} catch (error) {
		// ECS has no code of its own for it: "ClientException: Unable to describe task definition."
		if (awsErrorCode(error) === 'ClientException' && /unable to describe/i.test(String(error))) return undefined;
		throw explainAwsError(
			error,
			`Could not describe the task definition ${reference}`,
			'ecs:DescribeTaskDefinition on * (it knows no narrower resource)',
		);
	}
	const { taskDefinition, tags } = answer() as { taskDefinition?: JsonObject; tags?: JsonObject[] };
	const { taskDefinitionArn: arn, family } = taskDefinition ?? {};
	if (taskDefinition === undefined || typeof arn !== 'string' || typeof family !== 'string') {
		throw new PipelineError({
			code: 'service',
			attempted: `Could not describe the task definition ${reference}`,
			answer: 'ECS answered without one',
		});
	}
	return { arn, family, definition: registrable({ ...taskDefinition, tags: tags ?? [] }) };
}
