import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Env, type ImageReference, type Inputs, isTag, parseImageReference } from '@ecr-pipeline/core';
import type { TagConflictPolicy } from '@ecr-pipeline/ecr';

/** One image, and where it goes. */
export interface Release {
	readonly image: ImageReference;
	/** Where to: `registry/repository`, or a repository of the one registry that is logged in to. */
	readonly destinations: readonly ImageReference[];
	readonly tags: readonly string[];
	/** The file with the verdict that must have passed; an absolute path. */
	readonly verdictFile?: string;
}

export interface PromoteInputs {
	/** What to promote: the inputs' own image, or a release list that is still to be read, by its absolute path. */
	readonly releases: readonly [Release] | { readonly file: string };
	readonly ifTagExists: TagConflictPolicy;
	readonly referrers: boolean;
	readonly onReferrerError: 'fail' | 'warn';
	/** The platforms to keep; absent: all, and the digest with them. */
	readonly platforms?: readonly string[];
	readonly requireVerdict: boolean;
	/** The policy that the verdict must have been reached by; an absolute path. */
	readonly policyFile?: string;
	/** Milliseconds. */
	readonly maxVerdictAge: number;
	/** ARNs of roles that are assumed for the two sides in this step. */
	readonly sourceRole?: string;
	readonly destinationRole?: string;
	/** Blobs in flight over all images. */
	readonly concurrency: number;
	/** Regions that must have their copies before the step ends. */
	readonly replicationRegions: readonly string[];
	/** Milliseconds. */
	readonly replicationTimeout: number;
	readonly attachRecord: boolean;
	readonly dryRun: boolean;
}

/** Reads and checks every input of the action. */
export function readInputs(inputs: Inputs, env: Env): PromoteInputs {
	const policyFile = existingFile(inputs, 'policy-file', env);
	return {
		releases: readReleases(inputs, env),
		ifTagExists: inputs.choice('if-tag-exists', ['verify', 'move', 'fail'], 'verify'),
		referrers: inputs.boolean('referrers', true),
		onReferrerError: inputs.choice('on-referrer-error', ['fail', 'warn'], 'fail'),
		...optional('platforms', readPlatforms(inputs)),
		// A policy says something about a verdict, so there has to be one.
		requireVerdict: inputs.boolean('require-verdict', false) || policyFile !== undefined,
		...optional('policyFile', policyFile),
		maxVerdictAge: readAge(inputs),
		...optional('sourceRole', readRole(inputs, 'source-role-to-assume')),
		...optional('destinationRole', readRole(inputs, 'destination-role-to-assume')),
		concurrency: inputs.integer('concurrency', 32, { min: 1, max: 256 }),
		replicationRegions: readRegions(inputs),
		replicationTimeout: inputs.integer('replication-timeout-seconds', 900, { min: 1, max: 86_400 }) * 1000,
		attachRecord: inputs.boolean('attach-record', false),
		dryRun: inputs.boolean('dry-run', false),
	};
}

/** The inputs that a release list says for each of its images. */
const OF_ONE_IMAGE = ['image', 'to', 'tags', 'verdict-file'];

function readReleases(inputs: Inputs, env: Env): PromoteInputs['releases'] {
	const file = existingFile(inputs, 'from-file', env);
	if (file !== undefined) {
		for (const name of OF_ONE_IMAGE.filter((one) => inputs.text(one) !== undefined))
			inputs.problem(name, inputs.text(name), 'not together with from-file: the list says it for each image');
		return { file };
	}
	const verdictFile = existingFile(inputs, 'verdict-file', env);
	return [
		{
			image: readImage(inputs),
			destinations: readDestinations(inputs),
			tags: readTags(inputs),
			...optional('verdictFile', verdictFile),
		},
	];
}

const NO_IMAGE: ImageReference = { repository: '' };

function readImage(inputs: Inputs): ImageReference {
	inputs.required('image');
	const image = inputs.image('image');
	const tagAllowed = inputs.boolean('allow-tag', false);
	if (image !== undefined && image.digest === undefined && !(tagAllowed && image.tag !== undefined)) {
		inputs.problem(
			'image',
			inputs.text('image'),
			'a digest is required, repository@sha256:…; a tag is accepted only with allow-tag: true',
		);
	}
	return image ?? NO_IMAGE;
}

function readDestinations(inputs: Inputs): ImageReference[] {
	const given = inputs.list('to');
	if (given.length === 0) inputs.problem('to', undefined, 'it is required: registry/repository, or a repository');
	return given.map((text) => {
		const place = parsePlace(text);
		if (typeof place !== 'string') return place;
		inputs.problem('to', text, place);
		return NO_IMAGE;
	});
}

/** Reads `[registry/]repository`; a sentence about what is wrong with it when it is none. */
export function parsePlace(text: string): ImageReference | string {
	const parsed = parseImageReference(text);
	if ('problem' in parsed) return `it ${parsed.problem}`;
	if (parsed.tag === undefined && parsed.digest === undefined) return parsed;
	return 'a repository without tag or digest; tags go into `tags`';
}

function readTags(inputs: Inputs): string[] {
	const tags = inputs.list('tags');
	for (const tag of tags)
		if (!isTag(tag)) inputs.problem('tags', tag, 'tags of at most 128 characters of A-Z a-z 0-9 _ . -');
	return [...new Set(tags)];
}

function readPlatforms(inputs: Inputs): readonly string[] | undefined {
	const given = inputs.list('platforms');
	if (given.length === 0 || (given.length === 1 && given[0] === 'all')) return undefined;
	for (const platform of given)
		if (!/^[a-z0-9]+\/[a-z0-9]+(?:\/[a-z0-9.]+)?$/.test(platform))
			inputs.problem('platforms', platform, 'all, or platforms as linux/amd64, linux/arm/v7');
	return [...new Set(given)];
}

function readRegions(inputs: Inputs): readonly string[] {
	const regions = inputs.list('wait-for-replication');
	for (const region of regions)
		if (!/^[a-z]+(?:-[a-z]+)+-\d+$/.test(region))
			inputs.problem('wait-for-replication', region, 'regions as eu-central-1');
	return [...new Set(regions)];
}

function readRole(inputs: Inputs, name: string): string | undefined {
	const role = inputs.text(name);
	if (role !== undefined && !/^arn:[a-z-]+:iam::\d{12}:role\/\S+$/.test(role))
		inputs.problem(name, role, 'the ARN of a role, arn:aws:iam::111111111111:role/NAME');
	return role;
}

function existingFile(inputs: Inputs, name: string, env: Env): string | undefined {
	const given = inputs.text(name);
	if (given === undefined) return undefined;
	const path = resolve(env.GITHUB_WORKSPACE || '.', given);
	if (!existsSync(path))
		inputs.problem(name, given, 'a file that exists; a file does not travel between jobs by itself');
	return path;
}

const UNITS = { m: 60_000, h: 3_600_000, d: 86_400_000 };

function readAge(inputs: Inputs): number {
	const given = inputs.text('max-verdict-age') ?? '24h';
	const [, amount, unit] = /^(\d+)(m|h|d)$/.exec(given) ?? [];
	if (amount === undefined || unit === undefined) {
		inputs.problem('max-verdict-age', given, 'a number and a unit: 30m, 24h, 7d');
		return 0;
	}
	return Number(amount) * UNITS[unit as keyof typeof UNITS];
}

function optional<K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } {
	return (value === undefined ? {} : { [key]: value }) as { readonly [P in K]?: V };
}
