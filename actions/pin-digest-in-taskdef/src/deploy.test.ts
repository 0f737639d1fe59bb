import type { ECSClient, Service } from '@aws-sdk/client-ecs';
import { type Context, createContext, createRunner } from '@ecr-pipeline/core';
import { expect, it } from '@jest/globals';
import { deploy } from './deploy.ts';
import type { ServicePlan } from './services.ts';

const BEFORE: Service = {
	serviceName: 'web',
	status: 'ACTIVE',
	taskDefinition: 'web:1',
	deployments: [{ id: 'ecs-svc/1', status: 'PRIMARY', taskDefinition: 'web:1', rolloutState: 'COMPLETED' }],
};
const AFTER: Service = {
	...BEFORE,
	taskDefinition: 'web:2',
	deployments: [{ id: 'ecs-svc/2', status: 'PRIMARY', taskDefinition: 'web:2', rolloutState: 'COMPLETED' }],
};
const plan: ServicePlan = { id: 'web', label: 'web (cluster main)', before: BEFORE };
const target = { services: ['web'], wait: true, waitMinutes: 1 };

function refused(): Error {
	return Object.assign(new Error('not authorized'), { name: 'AccessDeniedException', $metadata: {} });
}

function clientOf(described: Service[], update: () => object = () => ({ service: AFTER })): ECSClient {
	const answers: Record<string, () => object> = {
		UpdateServiceCommand: update,
		DescribeServicesCommand: () => ({ services: [described.length > 1 ? described.shift() : described[0]] }),
		ListTasksCommand: () => ({}),
	};
	const send = async (command: object) => {
		const answer = answers[command.constructor.name];
		if (answer === undefined) throw refused();
		return answer();
	};
	return { send } as unknown as ECSClient;
}

function contextWithClock(): Context {
	let now = 0;
	const sleep = async (milliseconds: number): Promise<void> => {
		now += milliseconds;
	};
	return { ...createContext(createRunner({}, () => undefined)), clock: { now: () => now, sleep }, random: () => 0.5 };
}

it('does not take an answer from before the update for a rollback', async () => {
	const [deployment] = await deploy(clientOf([BEFORE, BEFORE, AFTER]), [plan], 'web:2', target, contextWithClock());
	expect(deployment).toMatchObject({ outcome: 'completed', changed: true, previous: 'web:1' });
});

it('sees a rollback on the service itself, where it may not read service deployments', async () => {
	const rolledBack: Service = {
		...BEFORE,
		deployments: [
			{ id: 'ecs-svc/3', status: 'PRIMARY', taskDefinition: 'web:1', rolloutState: 'IN_PROGRESS' },
			{ id: 'ecs-svc/2', status: 'ACTIVE', taskDefinition: 'web:2', rolloutState: 'FAILED', rolloutStateReason: 'why' },
		],
	};
	const [deployment] = await deploy(clientOf([rolledBack]), [plan], 'web:2', target, contextWithClock());
	expect(deployment?.problem?.message).toMatch(/was rolled back to web:1: why/);
});

it('keeps the outcome of one service when another cannot be updated', async () => {
	const client = clientOf([AFTER], () => {
		throw refused();
	});
	const there: ServicePlan = { ...plan, id: 'there', before: AFTER };
	const [failed, fine] = await deploy(client, [plan, there], 'web:2', target, contextWithClock());
	expect(failed).toMatchObject({ outcome: 'unknown', changed: false });
	expect(failed?.problem?.message).toMatch(/Could not update the service web.*Grant ecs:UpdateService/);
	expect(fine).toMatchObject({ outcome: 'completed', changed: false });
});
