import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Env, ImageReference, Inputs } from '@ecr-pipeline/core';
import { KNOWN_SEVERITIES, type PolicyRules } from '@ecr-pipeline/findings';

export interface GateInputs {
	/** Paths as given; empty: what wait-for-scan wrote in this job. */
	readonly findings: readonly string[];
	/** With a digest. Absent: the image that the findings are about. */
	readonly image?: ImageReference;
	/** A policy file, or the rules that the shorthands build. */
	readonly policy: { readonly file: string } | { readonly rules: PolicyRules };
	readonly vex: readonly string[];
	readonly baseline: readonly string[];
	readonly mode: 'enforce' | 'report';
	/** Where the reports go; absent: into the runner's temporary directory. */
	readonly sarifFile?: string;
	readonly reportFile?: string;
	readonly verdictFile?: string;
	/** Whether the verdict is pushed as a referrer of the image. */
	readonly attachVerdict: boolean;
}

const DEFAULT_POLICY_FILE = '.github/image-policy.yml';
const MAXIMA = ['critical', 'high', 'medium', 'low'] as const;
const SHORTHANDS = ['fail-on-severity', 'only-fixed', ...MAXIMA.map((severity) => `max-${severity}`)];

/** Reads and checks every input of the action. */
export function readInputs(inputs: Inputs, env: Env): GateInputs {
	const image = inputs.image('image');
	if (image !== undefined && image.digest === undefined)
		inputs.problem('image', inputs.text('image'), 'a digest is required, repository@sha256:…');
	return {
		findings: inputs.list('findings'),
		...(image === undefined ? {} : { image }),
		policy: readPolicy(inputs, env),
		vex: existingFiles(inputs, 'vex', env),
		baseline: existingFiles(inputs, 'baseline', env),
		mode: inputs.choice('mode', ['enforce', 'report'], 'enforce'),
		...optional('sarifFile', inputs.text('sarif-file')),
		...optional('reportFile', inputs.text('report-file')),
		...optional('verdictFile', inputs.text('verdict-file')),
		attachVerdict: inputs.boolean('attach-verdict', false),
	};
}

/** A path as the user of a workflow means it: from the top of the checked-out repository. */
export function inWorkspace(path: string, env: Env): string {
	return resolve(env.GITHUB_WORKSPACE || '.', path);
}

// Two places for one rule would leave open which of them holds, so the shorthands are refused beside a policy file.
function readPolicy(inputs: Inputs, env: Env): GateInputs['policy'] {
	const rules = readShorthands(inputs);
	const given = inputs.text('policy-file');
	const file = given ?? DEFAULT_POLICY_FILE;
	const exists = existsSync(inWorkspace(file, env));
	if (!exists && given !== undefined) inputs.problem('policy-file', given, 'a file that exists in the workspace');
	if (!exists) return { rules };
	for (const name of SHORTHANDS.filter((shorthand) => inputs.text(shorthand) !== undefined))
		inputs.problem(name, inputs.text(name), `not together with the policy file ${file}: write the rule there`);
	return { file };
}

function readShorthands(inputs: Inputs): PolicyRules {
	const max = MAXIMA.flatMap((severity) => {
		const count = inputs.optionalInteger(`max-${severity}`, { min: 0, max: 1_000_000 });
		return count === undefined ? [] : [[severity, count] as const];
	});
	return {
		block: { severity: inputs.choice('fail-on-severity', KNOWN_SEVERITIES, 'high') },
		'only-fixed': inputs.boolean('only-fixed', false),
		max: Object.fromEntries(max),
	};
}

function existingFiles(inputs: Inputs, name: string, env: Env): string[] {
	const paths = inputs.list(name);
	for (const path of paths)
		if (!existsSync(inWorkspace(path, env))) inputs.problem(name, path, 'files that exist in the workspace');
	return paths;
}

/** `findings.json` in the directory that the runner empties after the job; wait-for-scan's own default. */
export function defaultFindings(temporaryDirectory: string): string {
	return join(temporaryDirectory, 'findings.json');
}

function optional<K extends string>(key: K, value: string | undefined): { readonly [P in K]?: string } {
	return (value === undefined ? {} : { [key]: value }) as { readonly [P in K]?: string };
}
