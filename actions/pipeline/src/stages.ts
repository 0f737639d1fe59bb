import type { Env, InputSource } from '@ecr-pipeline/core';

/** The stages in the order of the way, under the names that clashing outputs carry in front. */
export const STAGES = ['login', 'build', 'scan', 'gate', 'promote', 'pin'] as const;
export type Stage = (typeof STAGES)[number];

type Sources = Readonly<Record<string, InputSource>>;

function same(...names: readonly string[]): Sources {
	return Object.fromEntries(names.map((name) => [name, { input: name }]));
}

/** Which input of this action becomes which input of each stage. */
export const STAGE_INPUTS: Readonly<Record<Stage, Sources>> = {
	login: same('role-to-assume', 'aws-region', 'session-scope'),
	build: same(
		'repository',
		'tags',
		'context',
		'file',
		'target',
		'platforms',
		'build-args',
		'secrets',
		'labels',
		'oci-layout',
		'if-tag-exists',
		'create-repository',
	),
	scan: { 'scan-type': { input: 'scan-type' }, 'timeout-seconds': { input: 'scan-timeout-seconds' } },
	gate: {
		...same('policy-file', 'github-token', 'fail-on-severity', 'only-fixed', 'vex'),
		mode: { input: 'gate-mode' },
	},
	promote: { to: { input: 'promote-to' }, tags: { input: 'promote-tags' } },
	pin: { ...same('task-definition', 'register', 'service', 'cluster') },
};

/** The inputs that make a stage take part; the others only change how. */
const STARTING: Readonly<Record<Stage, readonly string[]>> = {
	login: ['role-to-assume', 'aws-region'],
	build: ['repository'],
	scan: ['scan-type', 'scan-timeout-seconds', 'policy-file', 'fail-on-severity', 'only-fixed', 'vex', 'gate-mode'],
	gate: ['policy-file', 'fail-on-severity', 'only-fixed', 'vex', 'gate-mode'],
	promote: ['promote-to'],
	pin: ['task-definition'],
};

/** The stages that have inputs. The gate reads what the scan found, so its inputs start both. */
export function chosenStages(env: Env): Stage[] {
	const given = (name: string): boolean => (env[`INPUT_${name.toUpperCase()}`]?.trim() ?? '') !== '';
	return STAGES.filter((stage) => STARTING[stage].some(given));
}
