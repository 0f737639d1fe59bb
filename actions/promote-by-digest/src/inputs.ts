import { type ImageReference, type Inputs, isTag, parseImageReference } from '@ecr-pipeline/core';
import type { TagConflictPolicy } from '@ecr-pipeline/ecr';

export interface PromoteInputs {
	readonly image: ImageReference;
	/** Where to: `registry/repository`, or a repository of the one registry that is logged in to. */
	readonly destinations: readonly ImageReference[];
	readonly tags: readonly string[];
	readonly ifTagExists: TagConflictPolicy;
	readonly referrers: boolean;
	readonly onReferrerError: 'fail' | 'warn';
	/** The file with the verdict that must have passed. */
	readonly verdictFile?: string;
	readonly requireVerdict: boolean;
	/** Milliseconds. */
	readonly maxVerdictAge: number;
	readonly concurrency: number;
	readonly dryRun: boolean;
}

/** Reads and checks every input of the action. */
export function readInputs(inputs: Inputs): PromoteInputs {
	const verdictFile = inputs.text('verdict-file');
	const requireVerdict = inputs.boolean('require-verdict', false);
	if (requireVerdict && verdictFile === undefined) {
		inputs.problem('verdict-file', undefined, 'it is required when require-verdict is true');
	}
	return {
		image: readImage(inputs),
		destinations: readDestinations(inputs),
		tags: readTags(inputs),
		ifTagExists: inputs.choice('if-tag-exists', ['verify', 'move', 'fail'], 'verify'),
		referrers: inputs.boolean('referrers', true),
		onReferrerError: inputs.choice('on-referrer-error', ['fail', 'warn'], 'fail'),
		...(verdictFile === undefined ? {} : { verdictFile }),
		requireVerdict,
		maxVerdictAge: readAge(inputs),
		concurrency: inputs.integer('concurrency', 32, { min: 1, max: 256 }),
		dryRun: inputs.boolean('dry-run', false),
	};
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
		const parsed = parseImageReference(text);
		if (!('problem' in parsed) && parsed.tag === undefined && parsed.digest === undefined) return parsed;
		inputs.problem(
			'to',
			text,
			'problem' in parsed ? `it ${parsed.problem}` : 'a repository without tag or digest; tags go into `tags`',
		);
		return NO_IMAGE;
	});
}

function readTags(inputs: Inputs): string[] {
	const tags = inputs.list('tags');
	for (const tag of tags)
		if (!isTag(tag)) inputs.problem('tags', tag, 'tags of at most 128 characters of A-Z a-z 0-9 _ . -');
	return [...new Set(tags)];
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
