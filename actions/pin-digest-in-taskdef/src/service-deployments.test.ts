import type { ECSClient } from '@aws-sdk/client-ecs';
import { type Context, createContext, createRunner } from '@ecr-pipeline/core';
import { describe, expect, it } from '@jest/globals';
import { trackDeployment } from './service-deployments.ts';
import type { ServicePlan } from './services.ts';

const plan: ServicePlan = { id: 'web', label: 'web (cluster main)', before: {} };
const context: Context = createContext(createRunner({}, () => undefined));

function clientOf(answers: (() => object)[]): ECSClient {
	return { send: async () => answers.shift()?.() } as unknown as ECSClient;
}

const list =
	(...arns: string[]) =>
	() => ({ serviceDeployments: arns.map((serviceDeploymentArn) => ({ serviceDeploymentArn })) });

function refuse(name: string): never {
	throw Object.assign(new Error('no'), { name, $metadata: { httpStatusCode: 400 } });
}

describe('a service deployment', () => {
	it('is ours when it was not there before the update', async () => {
		const tracker = await trackDeployment(
			clientOf([
				list('old'),
				list('old'),
				list('ours', 'old'),
				() => ({ serviceDeployments: [{ status: 'IN_PROGRESS' }] }),
			]),
			plan,
			context,
		);
		expect(await tracker.current()).toBeUndefined();
		expect(await tracker.current()).toEqual({ status: 'IN_PROGRESS' });
	});

	it.each(['AccessDeniedException', 'UnknownOperationException'])('is not asked for after %s', async (name) => {
		const tracker = await trackDeployment(clientOf([() => refuse(name), () => refuse(name)]), plan, context);
		expect(await tracker.current()).toBeUndefined();
	});

	it('that cannot be read for another reason is an error, not a silence', async () => {
		await expect(trackDeployment(clientOf([() => refuse('ServerException')]), plan, context)).rejects.toThrow(
			/Could not read the deployments of the service web \(cluster main\): ServerException/,
		);
	});
});
