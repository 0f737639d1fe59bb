import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Env, type ImageReference, type Inputs, parseImageReference } from '@ecr-pipeline/core';
import { KNOWN_SEVERITIES, type PolicyRules } from '@ecr-pipeline/findings';
import { type PolicySource, policySource } from './policy-source.ts';

export interface GateInputs {
	/** Paths as given; empty: what wait-for-scan wrote in this job. */
	readonly findings: readonly string[];
	/** With a digest. Absent: the image that the findings are about. */
	readonly image?: ImageReference;
	/** A policy file, or the rules that the shorthands build. */
	readonly policy: { readonly source: PolicySource } | { readonly rules: PolicyRules };
	/** A policy that the other one may only make stricter. */
	readonly orgPolicy?: PolicySource;
	/** For GitHub's API; empty: without one. */
	readonly githubToken: string;
	readonly vex: readonly string[];
	readonly baseline: {
		readonly files: readonly string[];
		/** With digests: their findings are asked of the registry. */
		readonly images: readonly ImageReference[];
	};
	/** The image that this one is built on; absent: what its annotations and labels name. */
	readonly baseImage?: ImageReference;
	readonly mode: 'enforce' | 'report';
	/** Ids or aliases whose decisions are to be explained. */
	readonly explain: readonly string[];
	/** Where the reports go; absent: into the runner's temporary directory. */
	readonly sarifFile?: string;
	readonly reportFile?: string;
	readonly verdictFile?: string;
	readonly vexFile?: string;
	/** Whether the verdict is pushed as a referrer of the image. */
	readonly attachVerdict: boolean;
	readonly commentOnPr: boolean;
}

const DEFAULT_POLICY_FILE = '.github/image-policy.yml';
const MAXIMA = ['critical', 'high', 'medium', 'low'] as const;
const SHORTHANDS = ['fail-on-severity', 'only-fixed', ...MAXIMA.map((severity) => `max-${severity}`)];

/** Reads and checks every input of the action. */
export function readInputs(inputs: Inputs, env: Env): GateInputs {
	const image = inputs.image('image');
	if (image !== undefined && image.digest === undefined)
		inputs.problem('image', inputs.text('image'), 'a digest is required, repository@sha256:…');
	const baseImage = inputs.image('base-image');
	const orgPolicy = readSource(inputs, 'org-policy-file', env);
	return {
		findings: inputs.list('findings'),
		...(image === undefined ? {} : { image }),
		policy: readPolicy(inputs, env),
		...(orgPolicy === undefined ? {} : { orgPolicy }),
		githubToken: inputs.text('github-token') ?? '',
		vex: existingFiles(inputs, 'vex', env),
		baseline: readBaselineInput(inputs, env),
		...(baseImage === undefined ? {} : { baseImage }),
		mode: inputs.choice('mode', ['enforce', 'report'], 'enforce'),
		explain: inputs.list('explain'),
		...optional('sarifFile', inputs.text('sarif-file')),
		...optional('reportFile', inputs.text('report-file')),
		...optional('verdictFile', inputs.text('verdict-file')),
		...optional('vexFile', inputs.text('vex-file')),
		attachVerdict: inputs.boolean('attach-verdict', false),
		commentOnPr: inputs.boolean('comment-on-pr', false),
	};
}

/** A path as the user of a workflow means it: from the top of the checked-out repository. */
export function inWorkspace(path: string, env: Env): string {
	return resolve(env.GITHUB_WORKSPACE || '.', path);
}

// Two places for one rule would leave open which of them holds, so the shorthands are refused beside a policy file.
function readPolicy(inputs: Inputs, env: Env): GateInputs['policy'] {
	const rules = readShorthands(inputs);
	const source = readSource(inputs, 'policy-file', env) ?? { kind: 'file', path: DEFAULT_POLICY_FILE };
	const given = inputs.text('policy-file');
	if (given === undefined && !existsSync(inWorkspace(DEFAULT_POLICY_FILE, env))) return { rules };
	for (const name of SHORTHANDS.filter((shorthand) => inputs.text(shorthand) !== undefined))
		inputs.problem(
			name,
			inputs.text(name),
			`not together with the policy file ${given ?? DEFAULT_POLICY_FILE}: write the rule there`,
		);
	return { source };
}

function readSource(inputs: Inputs, name: string, env: Env): PolicySource | undefined {
	const given = inputs.text(name);
	if (given === undefined) return undefined;
	const source = policySource(given);
	if (source.kind === 'file' && !existsSync(inWorkspace(source.path, env)))
		inputs.problem(name, given, 'a file that exists in the workspace, or owner/repo/path@ref');
	return source;
}

// Only what was given: what was not is as in the org policy, or as the policy's defaults say.
function readShorthands(inputs: Inputs): PolicyRules {
	const max = MAXIMA.flatMap((severity) => {
		const count = inputs.optionalInteger(`max-${severity}`, { min: 0, max: 1_000_000 });
		return count === undefined ? [] : [[severity, count] as const];
	});
	const severity = inputs.choice('fail-on-severity', KNOWN_SEVERITIES, 'high');
	const onlyFixed = inputs.boolean('only-fixed', false);
	return {
		...(inputs.text('fail-on-severity') === undefined ? {} : { block: { severity } }),
		...(inputs.text('only-fixed') === undefined ? {} : { 'only-fixed': onlyFixed }),
		...(max.length === 0 ? {} : { max: Object.fromEntries(max) }),
	};
}

function readBaselineInput(inputs: Inputs, env: Env): GateInputs['baseline'] {
	const given = inputs.list('baseline').map((text) => {
		const parsed = parseImageReference(text);
		return { text, image: 'problem' in parsed || parsed.digest === undefined ? undefined : parsed };
	});
	const files = given.filter(({ image }) => image === undefined).map(({ text }) => text);
	for (const path of files)
		if (!existsSync(inWorkspace(path, env)))
			inputs.problem('baseline', path, 'files that exist in the workspace, or images as repository@sha256:…');
	return { files, images: given.flatMap(({ image }) => image ?? []) };
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
