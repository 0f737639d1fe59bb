import { codeSpan, escapeMarkdown, markdownTable } from '@ecr-pipeline/core';
import type { Deployment } from './deploy.ts';
import type { PinnedContainer, PinResult } from './pin.ts';

/** What a person wants to see first: the digest, what became of it, then who runs it and the way back. */
export function summaryOf(result: PinResult): string {
	const digests = [...new Set(result.containers.map(({ after }) => after.slice(after.indexOf('@') + 1)))];
	return [
		`### ${result.failure === undefined ? '📌' : '❌'} ${digests.map(codeSpan).join(' ')}`,
		`${headline(result)} Task definition ${codeSpan(result.path)}.`,
		containerTable(result.containers),
		result.settingsChanged.length === 0
			? undefined
			: `Settings changed too: ${result.settingsChanged.map(codeSpan).join(', ')}.`,
		revisionOf(result),
		deploymentTable(result.deployments),
		...result.deployments.map(troubleOf),
		...rollbackOf(result),
	]
		.filter((part) => part !== undefined && part !== '')
		.join('\n\n');
}

function headline({ changed, failure }: PinResult): string {
	if (failure !== undefined) return 'The digest is pinned, and the deployment **failed**.';
	return changed ? 'The digest is pinned.' : 'Nothing changed: the digest is pinned already.';
}

function containerTable(containers: readonly PinnedContainer[]): string {
	return markdownTable(
		['container', 'before', 'after', 'platforms'],
		containers.map(({ name, before, after, platforms }) => [
			codeSpan(name),
			before === undefined ? '–' : codeSpan(before),
			before === after ? 'unchanged' : codeSpan(after),
			platforms === undefined ? 'not verified' : platforms.map(codeSpan).join(' '),
		]),
	);
}

function revisionOf({ arn, registered }: PinResult): string | undefined {
	if (arn === undefined) return undefined;
	return `${registered ? 'Registered' : 'Not registered again:'} ${codeSpan(arn)}${registered ? '.' : ' says the same.'}`;
}

const OUTCOMES: Readonly<Record<Deployment['outcome'], string>> = {
	completed: '✅ runs',
	unchanged: 'ran it already',
	started: 'started, not waited for',
	'rolled-back': '❌ rolled back',
	failed: '❌ failed',
	stopped: '❌ stopped',
	superseded: '❌ superseded by another deployment',
	'timed-out': '❌ not stable in time',
	unknown: '❌ not known',
};

function deploymentTable(deployments: readonly Deployment[]): string | undefined {
	if (deployments.length === 0) return undefined;
	return markdownTable(
		['service', 'cluster', 'deployment', 'reason'],
		deployments.map(({ service, cluster, outcome, reason }) => [
			codeSpan(service),
			codeSpan(cluster),
			OUTCOMES[outcome],
			escapeMarkdown(reason),
		]),
	);
}

function troubleOf({ problem, events, stoppedTasks, service }: Deployment): string | undefined {
	if (problem === undefined) return undefined;
	const tasks = stoppedTasks.map(({ reason, count }) => `- ${count} × ${escapeMarkdown(reason)}`);
	const said = events.slice(-10).map((event) => `- ${escapeMarkdown(event)}`);
	return [
		tasks.length === 0 ? undefined : `Stopped tasks of ${codeSpan(service)}:\n\n${tasks.join('\n')}`,
		said.length === 0 ? undefined : `Events of ${codeSpan(service)}:\n\n${said.join('\n')}`,
	]
		.filter((part) => part !== undefined)
		.join('\n\n');
}

/** The commands that bring back what ran before, where ECS has not done so by itself; without a service, the revision that was the newest. */
function rollbackOf({ deployments, previousArn }: PinResult): string[] {
	const commands = deployments.flatMap(({ service, cluster, previous, outcome, changed }) =>
		previous === undefined || !changed || outcome === 'rolled-back'
			? []
			: [`aws ecs update-service --cluster ${cluster} --service ${service} --task-definition ${previous}`],
	);
	if (commands.length > 0) return [`To go back:\n\n${commands.map((command) => `    ${command}`).join('\n')}`];
	return previousArn === undefined ? [] : [`The revision before: ${codeSpan(previousArn)}.`];
}
