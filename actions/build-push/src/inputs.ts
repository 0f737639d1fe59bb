import type { Digest, Env, Inputs } from '@ecr-pipeline/core';
import { readMerge } from './merge-input.ts';
import { type Recipe, readRecipe } from './recipe.ts';
import { type RepositorySettings, readRepositorySettings } from './repository-settings.ts';
import type { TagRule } from './tag-rule.ts';
import { parseTagRules } from './tag-rules.ts';

export const DRIVERS = ['auto', 'buildx', 'docker', 'oci-layout'] as const;
export type DriverName = Exclude<(typeof DRIVERS)[number], 'auto'>;

export type ExistingTagPolicy = 'verify' | 'reuse' | 'overwrite';
export type Profile = 'default' | 'lambda' | 'reproducible';

export interface BuildInputs {
	/** Absent: the registry of the job's one login. */
	readonly registry?: string;
	readonly repository: string;
	readonly tags: readonly TagRule[];
	readonly recipe: Recipe;
	readonly driver: DriverName | 'auto';
	/** A prebuilt image: a directory or tar. */
	readonly layout?: string;
	/** Images in the repository to make one index of. */
	readonly merge?: readonly Digest[];
	readonly push: boolean;
	/** Where the image goes when it is not pushed. */
	readonly layoutOutput?: string;
	readonly profile: Profile;
	readonly ifTagExists: ExistingTagPolicy;
	/** Present when a missing repository may be created. */
	readonly create?: RepositorySettings;
}

/** Reads and checks all inputs; nothing has happened yet. */
export function readInputs(inputs: Inputs, _env: Env): BuildInputs {
	const { registry, repository } = readRepository(inputs);
	const tags = parseTagRules(inputs.lines('tags'), (line, allowed) => inputs.problem('tags', line, allowed));
	const layout = inputs.text('oci-layout');
	const layoutOutput = inputs.text('oci-layout-output');
	const merge = readMerge(inputs, repository);
	const profile = inputs.choice('profile', ['default', 'lambda', 'reproducible'], 'default');
	const create = readRepositorySettings(inputs);
	const read: BuildInputs = {
		...(registry === undefined ? {} : { registry }),
		repository,
		tags,
		recipe: readRecipe(inputs),
		driver: inputs.choice('driver', DRIVERS, 'auto'),
		...(layout === undefined ? {} : { layout }),
		...(merge === undefined ? {} : { merge }),
		push: inputs.boolean('push', true),
		...(layoutOutput === undefined ? {} : { layoutOutput }),
		profile,
		ifTagExists: inputs.choice('if-tag-exists', ['verify', 'reuse', 'overwrite'], 'verify'),
		...(create === undefined ? {} : { create }),
	};
	checkTogether(read, inputs);
	return read;
}

function readRepository(inputs: Inputs): { registry?: string; repository: string } {
	const text = inputs.required('repository');
	const named = inputs.image('repository');
	const given = inputs.text('registry');
	if (named?.tag !== undefined || named?.digest !== undefined)
		inputs.problem('repository', text, 'a repository without a tag or digest; tags go into "tags"');
	if (named?.registry !== undefined && given !== undefined && named.registry !== given)
		inputs.problem('registry', given, `the repository names another one, ${named.registry}`);
	const registry = named?.registry ?? given;
	return { ...(registry === undefined ? {} : { registry }), repository: named?.repository ?? '' };
}

/** Inputs that contradict each other, or that one of them would leave without effect. */
function checkTogether(read: BuildInputs, inputs: Inputs): void {
	const { profile, recipe } = read;
	checkPrebuilt(read, inputs);
	if (read.layoutOutput !== undefined && read.push)
		inputs.problem('oci-layout-output', read.layoutOutput, 'it is where the image goes with push: false');
	if (profile === 'lambda' && recipe.platforms.length > 1)
		inputs.problem(
			'platforms',
			recipe.platforms.join(','),
			'AWS Lambda takes images of one platform (profile: lambda)',
		);
	if (profile !== 'default' && recipe.attests)
		inputs.problem('provenance', inputs.text('provenance') ?? inputs.text('sbom'), ATTESTS_WITH[profile]);
}

const ATTESTS_WITH = {
	lambda: 'profile: lambda makes one plain manifest, which has no attestations',
	reproducible: 'attestations hold the time of the build, so with them no build is reproducible',
} as const;

/** With oci-layout or merge nothing is built, and an input about building would be dropped in silence. */
function checkPrebuilt(read: BuildInputs, inputs: Inputs): void {
	const { driver, layout, merge, profile, recipe } = read;
	if (driver === 'oci-layout' && layout === undefined)
		inputs.problem('oci-layout', undefined, 'it is required with driver: oci-layout');
	if (layout !== undefined && merge !== undefined)
		inputs.problem('merge', undefined, 'it does not go together with oci-layout');
	const name = layout !== undefined ? 'oci-layout' : merge !== undefined ? 'merge' : undefined;
	if (name === undefined) return;
	if (driver !== 'auto' && driver !== name)
		inputs.problem('driver', driver, `with ${name} nothing is built: leave it out`);
	for (const given of recipe.given)
		inputs.problem(given, given.startsWith('secret') ? undefined : inputs.text(given), `it has no effect with ${name}`);
	if (profile === 'reproducible') inputs.problem('profile', profile, `it has no effect with ${name}`);
	if (!read.push) inputs.problem('push', 'false', `with ${name} there is nothing to do but to push`);
}
