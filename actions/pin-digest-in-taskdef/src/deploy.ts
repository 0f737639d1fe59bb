import type { ECSClient, Service } from '@aws-sdk/client-ecs';
import { type Context, escapeLog, PipelineError } from '@ecr-pipeline/core';
import { failureOf } from './deployment-failure.ts';
import type { DeploymentTarget } from './inputs.ts';
import { type EndedOutcome, type Followed, type Rollout, rolloutOfDeployment, rolloutOfService } from './rollout.ts';
import { type DeploymentTracker, noTracker, trackDeployment } from './service-deployments.ts';
import { describeService, type ServicePlan, shortName, updateService } from './services.ts';
import { type StoppedTasks, stoppedTasks } from './stopped-tasks.ts';

/** What became of one service. */
export interface Deployment {
	readonly service: string;
	readonly cluster: string;
	/** `unchanged`: it has this revision already; `started`: nobody waited for the end. */
	readonly outcome: EndedOutcome | 'unchanged' | 'started' | 'timed-out' | 'unknown';
	/** Whether the service was updated. */
	readonly changed: boolean;
	/** The revision that it had before. */
	readonly previous?: string;
	readonly reason: string;
	/** What the service itself said meanwhile, oldest first. */
	readonly events: readonly string[];
	readonly stoppedTasks: readonly StoppedTasks[];
	readonly problem?: PipelineError;
}

/** Gives a revision to services, all at once, and follows each to its end when asked to wait. */
export async function deploy(
	client: ECSClient,
	plans: readonly ServicePlan[],
	taskDefinition: string,
	target: DeploymentTarget,
	context: Context,
): Promise<Deployment[]> {
	const deadline = context.clock.now() + target.waitMinutes * 60_000;
	return Promise.all(
		plans.map(async (plan) => {
			try {
				return await deployOne(client, plan, taskDefinition, target.wait ? deadline : undefined, context);
			} catch (error) {
				// The outputs of this step count although a service is in trouble: the revision is there.
				if (!(error instanceof PipelineError)) throw error;
				return { ...reportOf(plan, false), outcome: 'unknown' as const, reason: error.message, problem: error };
			}
		}),
	);
}

async function deployOne(
	client: ECSClient,
	plan: ServicePlan,
	taskDefinition: string,
	deadline: number | undefined,
	context: Context,
): Promise<Deployment> {
	const previous = plan.before.taskDefinition;
	const changed = previous !== taskDefinition;
	if (deadline === undefined) {
		if (changed) await updateService(client, plan, taskDefinition);
		return { ...reportOf(plan, changed), outcome: changed ? 'started' : 'unchanged' };
	}
	const tracker = changed ? await trackDeployment(client, plan, context) : noTracker;
	const service = changed ? await updateService(client, plan, taskDefinition) : plan.before;
	const deploymentId = service.deployments?.find(({ status }) => status === 'PRIMARY')?.id;
	const followed = { deploymentId, taskDefinition, previous: changed ? previous : undefined };
	return follow(client, plan, { followed, tracker, deadline, changed }, context);
}

interface Pursuit {
	readonly followed: Followed;
	readonly tracker: DeploymentTracker;
	/** Milliseconds since 1970. */
	readonly deadline: number;
	readonly changed: boolean;
}

const SHORTEST_PAUSE = 1000;
const LONGEST_PAUSE = 15_000;
const LINE_EVERY = 10_000;
// ECS is eventually consistent: for a while after an update it may still show the service as it was.
const PATIENCE = 60_000;

async function follow(client: ECSClient, plan: ServicePlan, pursuit: Pursuit, context: Context): Promise<Deployment> {
	const { clock, log, random } = context;
	const report = eventReporter(plan, context);
	const { deploymentId } = pursuit.followed;
	const begin = clock.now();
	let lastLine = begin;
	let visible = deploymentId === undefined;
	for (let pause = SHORTEST_PAUSE; ; pause = Math.min(pause * 1.5, LONGEST_PAUSE)) {
		const service = await describeService(client, plan);
		report.print(service);
		visible ||= service.deployments?.some(({ id }) => id === deploymentId) || clock.now() - begin > PATIENCE;
		const rollout = await rolloutNow(service, pursuit, visible);
		const over = clock.now() >= pursuit.deadline;
		if (rollout.state === 'ended' || over)
			return finish(client, plan, pursuit, { rollout, service, events: report.events });
		if (clock.now() - lastLine >= LINE_EVERY) {
			log.info(`${plan.label}: ${rollout.line}`);
			lastLine = clock.now();
		}
		await clock.sleep(Math.min(pause * (0.75 + random() / 2), pursuit.deadline - clock.now()));
	}
}

async function rolloutNow(service: Service, { tracker, followed }: Pursuit, visible: boolean): Promise<Rollout> {
	const exact = await tracker.current();
	if (exact === undefined && !visible) return { state: 'running', line: 'ECS does not show the deployment yet' };
	return exact === undefined ? rolloutOfService(service, followed) : rolloutOfDeployment(exact);
}

interface Ending {
	readonly rollout: Rollout;
	readonly service: Service;
	readonly events: readonly string[];
}

async function finish(
	client: ECSClient,
	plan: ServicePlan,
	{ followed, changed }: Pursuit,
	{ rollout, service, events }: Ending,
): Promise<Deployment> {
	const outcome: Deployment['outcome'] = rollout.state === 'ended' ? rollout.outcome : 'timed-out';
	const reason = rollout.state === 'ended' ? rollout.reason : rollout.line;
	const report = { ...reportOf(plan, changed), outcome, reason, events };
	if (outcome === 'completed') return report;
	const reported = { ...report, stoppedTasks: await stoppedTasks(client, plan, followed) };
	return { ...reported, problem: failureOf(reported, plan.label, followed.taskDefinition, service) };
}

function reportOf(plan: ServicePlan, changed: boolean): Omit<Deployment, 'outcome'> {
	const { taskDefinition: previous, clusterArn } = plan.before;
	return {
		service: shortName(plan.id),
		cluster: shortName(plan.cluster ?? clusterArn ?? 'default'),
		changed,
		...(previous === undefined ? {} : { previous }),
		reason: '',
		events: [],
		stoppedTasks: [],
	};
}

interface EventReporter {
	readonly events: readonly string[];
	readonly print: (service: Service) => void;
}

/** Prints what the service says, as it comes; what it said before this step stays out. */
function eventReporter(plan: ServicePlan, { log }: Context): EventReporter {
	const seen = new Set(plan.before.events?.map(({ id }) => id));
	const events: string[] = [];
	return {
		events,
		print(service) {
			const fresh = (service.events ?? []).filter(({ id }) => !seen.has(id)).reverse();
			for (const { id, message = '', createdAt } of fresh) {
				seen.add(id);
				events.push(message);
				log.info(`${createdAt?.toISOString().slice(11, 19) ?? ''} ${escapeLog(message)}`.trim());
			}
		},
	};
}
