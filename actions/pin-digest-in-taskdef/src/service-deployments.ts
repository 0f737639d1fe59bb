import {
	DescribeServiceDeploymentsCommand,
	type ECSClient,
	ListServiceDeploymentsCommand,
	type ServiceDeployment,
} from '@aws-sdk/client-ecs';
import { awsErrorCode, type Context, explainAwsError } from '@ecr-pipeline/core';
import { clusterOf, type ServicePlan, shortName } from './services.ts';

/** Follows the one service deployment that an update begins. */
export interface DeploymentTracker {
	/** As it stands; undefined while ECS does not list it, or where the step may not ask. */
	current(): Promise<ServiceDeployment | undefined>;
}

/**
 * Notes which service deployments there are, so that the one that appears later is known to be ours. Where the role may
 * not list them, or the partition has no such API, the tracker stays silent and the service itself is read instead.
 */
export async function trackDeployment(
	client: ECSClient,
	plan: ServicePlan,
	context: Context,
): Promise<DeploymentTracker> {
	const known = new Set(await listed(client, plan, context));
	let ours: string | undefined;
	return {
		async current() {
			ours ??= (await listed(client, plan, context)).find((arn) => !known.has(arn));
			if (ours === undefined) return undefined;
			const arns = [ours];
			const answer = await permitted(
				() => client.send(new DescribeServiceDeploymentsCommand({ serviceDeploymentArns: arns })),
				plan,
				'ecs:DescribeServiceDeployments',
				context,
			);
			return answer?.serviceDeployments?.[0];
		},
	};
}

/** A tracker for a service that was not updated: nothing of ours will appear. */
export const noTracker: DeploymentTracker = { current: async () => undefined };

async function listed(client: ECSClient, plan: ServicePlan, context: Context): Promise<string[]> {
	const answer = await permitted(
		() =>
			client.send(
				new ListServiceDeploymentsCommand({
					...clusterOf(plan),
					service: shortName(plan.id),
					maxResults: 100,
				}),
			),
		plan,
		'ecs:ListServiceDeployments',
		context,
	);
	const deployments = answer?.serviceDeployments ?? [];
	return deployments.flatMap(({ serviceDeploymentArn: arn }) => (arn === undefined ? [] : [arn]));
}

async function permitted<T>(
	ask: () => Promise<T>,
	{ label }: ServicePlan,
	iamAction: string,
	{ log }: Context,
): Promise<T | undefined> {
	try {
		return await ask();
	} catch (error) {
		const code = awsErrorCode(error) ?? '';
		if (!/^(?:AccessDenied|UnknownOperation|UnsupportedFeature)/.test(code))
			throw explainAwsError(error, `Could not read the deployments of the service ${label}`, iamAction);
		log.debug(`${iamAction} answered ${code}: the outcome is read off the service itself.`);
		return undefined;
	}
}
