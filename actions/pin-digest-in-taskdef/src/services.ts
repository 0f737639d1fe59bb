import { DescribeServicesCommand, type ECSClient, type Service, UpdateServiceCommand } from '@aws-sdk/client-ecs';
import { explainAwsError, PipelineError } from '@ecr-pipeline/core';
import type { DeploymentTarget } from './inputs.ts';

/** A service as it was found before anything happened. */
export interface ServicePlan {
	/** Name or ARN, as given. */
	readonly id: string;
	/** As given or as the service's ARN says; absent: ECS's own default. */
	readonly cluster?: string;
	/** For people: `web (cluster production)`. */
	readonly label: string;
	readonly before: Service;
}

/** Looks every service up, and refuses those that UpdateService would refuse, before anything is changed. */
export async function planServices(client: ECSClient, target: DeploymentTarget): Promise<ServicePlan[]> {
	return Promise.all(
		target.services.map(async (id) => {
			const cluster = target.cluster ?? /^arn:[^:]+:ecs:[^:]+:[^:]*:service\/([^/]+)\//.exec(id)?.[1];
			const named = { id, ...(cluster === undefined ? {} : { cluster }) };
			const label = `${shortName(id)} (cluster ${shortName(cluster ?? 'default')})`;
			const before = await describeService(client, { ...named, label });
			assertUpdatable(before, label);
			return { ...named, label, before };
		}),
	);
}

/** The service as it is now. */
export async function describeService(client: ECSClient, plan: Omit<ServicePlan, 'before'>): Promise<Service> {
	const attempted = `Could not describe the service ${plan.label}`;
	const { services = [], failures = [] } = await client
		.send(new DescribeServicesCommand({ ...clusterOf(plan), services: [plan.id] }))
		.catch((error: unknown) => {
			throw explainAwsError(error, attempted, `ecs:DescribeServices on the service ${plan.id}`);
		});
	const [service] = services;
	if (service !== undefined) return service;
	throw new PipelineError({
		code: 'not-found',
		attempted,
		answer:
			failures.map(({ arn, reason, detail }) => [reason, arn, detail].filter(Boolean).join(' ')).join('; ') ||
			'ECS knows none of that name',
		fix: 'Check service and cluster, and that the last login is to their account and region.',
	});
}

/** Gives the service a revision; the answer shows the deployment that this began. */
export async function updateService(client: ECSClient, plan: ServicePlan, taskDefinition: string): Promise<Service> {
	const attempted = `Could not update the service ${plan.label} to ${shortName(taskDefinition)}`;
	const { service } = await client
		.send(new UpdateServiceCommand({ ...clusterOf(plan), service: plan.id, taskDefinition }))
		.catch((error: unknown) => {
			const passRole = /iam:PassRole/.test(String(error));
			throw explainAwsError(
				error,
				attempted,
				`ecs:UpdateService on the service ${plan.id}`,
				passRole ? "Grant iam:PassRole on the task's roles to the role of this step." : undefined,
			);
		});
	if (service !== undefined) return service;
	throw new PipelineError({ code: 'service', attempted, answer: 'ECS answered without the service' });
}

/** The parameter `cluster`, where there is one. */
export function clusterOf({ cluster }: { readonly cluster?: string }): { cluster?: string } {
	return cluster === undefined ? {} : { cluster };
}

/** The last part of an ARN: a name, or `family:revision`. */
export function shortName(arn: string): string {
	return arn.slice(arn.lastIndexOf('/') + 1);
}

function assertUpdatable({ status, deploymentController }: Service, label: string): void {
	const controller = deploymentController?.type ?? 'ECS';
	if (controller === 'CODE_DEPLOY' || controller === 'EXTERNAL') {
		throw new PipelineError({
			code: 'unsupported',
			attempted: `The service ${label} cannot be updated from here`,
			answer: `its deployment controller is ${controller}, and UpdateService refuses a task definition then`,
			fix: `Leave \`service\` out, set register: true, and hand the output task-definition-arn to ${
				controller === 'CODE_DEPLOY' ? 'CodeDeploy (TaskDefinition in the AppSpec)' : 'what makes the task sets'
			}. Nothing has been changed.`,
		});
	}
	if (status === 'ACTIVE') return;
	throw new PipelineError({
		code: 'conflict',
		attempted: `The service ${label} cannot be updated`,
		answer: `its status is ${status ?? 'unknown'}`,
		fix: 'Only an ACTIVE service takes a new task definition. Nothing has been changed.',
	});
}
