import type { Inputs } from '@ecr-pipeline/core';
import { readSecrets, type Secret } from './secrets.ts';

/** How the image is built, in the words of docker/build-push-action. */
export interface Recipe {
	/** The inputs of this recipe that the user gave, by name. */
	readonly given: readonly string[];
	/** A directory or the address of a Git repository or tar. */
	readonly context: string;
	readonly file?: string;
	readonly target?: string;
	readonly platforms: readonly string[];
	readonly buildArgs: readonly string[];
	readonly buildContexts: readonly string[];
	readonly labels: ReadonlyMap<string, string>;
	readonly annotations: readonly string[];
	readonly secrets: readonly Secret[];
	readonly ssh: readonly string[];
	readonly noCache: boolean;
	readonly pull: boolean;
	readonly network?: string;
	readonly addHosts: readonly string[];
	readonly cgroupParent?: string;
	readonly shmSize?: string;
	readonly ulimits: readonly string[];
	readonly builder?: string;
	/** `false`, `true`, or attributes such as `mode=max`. */
	readonly provenance: string;
	readonly sbom: string;
	/** Whether the image gets attestations of either kind. */
	readonly attests: boolean;
	readonly cache: CacheWish;
}

export interface CacheWish {
	readonly kind: 'none' | 'registry';
	readonly from: readonly string[];
	readonly to: readonly string[];
}

const RECIPE_INPUTS = [
	'context',
	'file',
	'target',
	'platforms',
	'build-args',
	'build-contexts',
	'labels',
	'annotations',
	'secrets',
	'secret-files',
	'secret-envs',
	'ssh',
	'no-cache',
	'pull',
	'network',
	'add-hosts',
	'cgroup-parent',
	'shm-size',
	'ulimit',
	'builder',
	'provenance',
	'sbom',
	'cache',
	'cache-from',
	'cache-to',
] as const;

// What action.yml gives them when the user does not.
const DEFAULTS: Readonly<Record<string, string>> = {
	context: '.',
	'no-cache': 'false',
	pull: 'false',
	provenance: 'false',
	sbom: 'false',
	cache: 'none',
};

export function readRecipe(inputs: Inputs): Recipe {
	const optional = <K extends string>(key: K, name: string): { readonly [P in K]?: string } => {
		const value = inputs.text(name);
		return value === undefined ? {} : ({ [key]: value } as { [P in K]: string });
	};
	const provenance = attestation('provenance', inputs);
	const sbom = attestation('sbom', inputs);
	return {
		given: RECIPE_INPUTS.filter((name) => inputs.text(name) !== undefined && inputs.text(name) !== DEFAULTS[name]),
		context: inputs.text('context') ?? '.',
		...optional('file', 'file'),
		...optional('target', 'target'),
		platforms: platforms(inputs),
		buildArgs: keyed(
			'build-args',
			inputs,
			/^[A-Za-z_][\w.-]*(?:=|$)/,
			'each line is NAME=value, or NAME to pass it on',
		),
		buildContexts: keyed('build-contexts', inputs, /^[^=\s]+=\S/, 'each line is name=path'),
		labels: inputs.pairs('labels'),
		annotations: keyed('annotations', inputs, /^[^=]+=/, 'each line is key=value'),
		secrets: readSecrets(inputs),
		ssh: inputs.list('ssh'),
		noCache: inputs.boolean('no-cache', false),
		pull: inputs.boolean('pull', false),
		...optional('network', 'network'),
		addHosts: inputs.list('add-hosts'),
		...optional('cgroupParent', 'cgroup-parent'),
		...optional('shmSize', 'shm-size'),
		ulimits: inputs.list('ulimit'),
		...optional('builder', 'builder'),
		provenance,
		sbom,
		attests: provenance !== 'false' || sbom !== 'false',
		cache: {
			kind: inputs.choice('cache', ['none', 'registry'], 'none'),
			from: inputs.lines('cache-from'),
			to: inputs.lines('cache-to'),
		},
	};
}

function platforms(inputs: Inputs): string[] {
	const given = inputs.list('platforms');
	for (const platform of given)
		if (!/^[a-z0-9_.-]+\/[a-z0-9_.-]+(?:\/[a-z0-9_.-]+)?$/i.test(platform))
			inputs.problem('platforms', platform, 'each is os/architecture, such as linux/amd64 or linux/arm/v7');
	return [...new Set(given)];
}

function keyed(name: string, inputs: Inputs, shape: RegExp, allowed: string): string[] {
	const lines = inputs.lines(name);
	for (const line of lines) if (!shape.test(line)) inputs.problem(name, line, allowed);
	return lines;
}

function attestation(name: 'provenance' | 'sbom', inputs: Inputs): string {
	const given = inputs.text(name);
	if (given?.includes('=')) return given;
	return String(inputs.boolean(name, false));
}
