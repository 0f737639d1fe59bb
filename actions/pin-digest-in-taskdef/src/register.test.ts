import { ECSClient } from '@aws-sdk/client-ecs';
import { describe, expect, it } from '@jest/globals';
import nock from 'nock';
import { describeTaskDefinition } from './ecs.ts';
import { register } from './register.ts';

const ENDPOINT = 'http://127.0.0.1:9';
const ARN = 'arn:aws:ecs:eu-west-1:111111111111:task-definition/web';

function client(): ECSClient {
	return new ECSClient({
		region: 'eu-west-1',
		endpoint: ENDPOINT,
		maxAttempts: 1,
		credentials: { accessKeyId: 'AKIATEST', secretAccessKey: 'test' },
	});
}

function answer(operation: string, status: number, body: object): nock.Scope {
	return nock(ENDPOINT)
		.post('/')
		.matchHeader('x-amz-target', new RegExp(`\\.${operation}$`))
		.reply(status, body, { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': 'request-1' });
}

const definition = { family: 'web', executionRoleArn: 'arn:role', containerDefinitions: [{ name: 'web', image: 'a' }] };

describe('what ECS knows', () => {
	it('keeps fields that this release has never heard of', async () => {
		const newer = { ...definition, taskDefinitionArn: `${ARN}:7`, revision: 7, quantumMode: { on: true } };
		answer('DescribeTaskDefinition', 200, { taskDefinition: newer, tags: [{ key: 'a', value: 'b' }] });
		const found = await describeTaskDefinition(client(), 'web');
		expect(found).toEqual({
			arn: `${ARN}:7`,
			family: 'web',
			definition: { ...definition, quantumMode: { on: true }, tags: [{ key: 'a', value: 'b' }] },
		});
	});

	it('is not taken for nothing when it cannot be read', async () => {
		answer('DescribeTaskDefinition', 400, { __type: 'AccessDeniedException', message: 'no' });
		await expect(register(client(), definition, 'task.json')).rejects.toThrow(
			/Could not describe the task definition web: AccessDeniedException: no \(HTTP 400, request id request-1\)\. Grant ecs:DescribeTaskDefinition/,
		);
	});
});

describe('a registration that is refused', () => {
	it('for want of iam:PassRole names the roles to pass', async () => {
		answer('DescribeTaskDefinition', 400, {
			__type: 'ClientException',
			message: 'Unable to describe task definition.',
		});
		answer('RegisterTaskDefinition', 400, {
			__type: 'ClientException',
			message: 'User: x is not authorized to perform: iam:PassRole on resource: arn:role',
		});
		await expect(register(client(), definition, 'task.json')).rejects.toThrow(/Grant iam:PassRole on arn:role/);
	});

	it('for want of a family is refused here', async () => {
		await expect(register(client(), { containerDefinitions: [] }, 'task.json')).rejects.toThrow(/it has no "family"/);
	});
});
