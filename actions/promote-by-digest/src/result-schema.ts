const text = { type: 'string' } as const;
const count = { type: 'integer', minimum: 0 } as const;
const flag = { type: 'boolean' } as const;
const digest = { type: 'string', pattern: '^sha256:[0-9a-f]{64}$' } as const;
const image = {
	type: 'string',
	pattern: '^[^@\\s]+/[^@\\s]+@sha256:[0-9a-f]{64}$',
	description: 'registry/repository@digest',
} as const;
const digestOrNone = {
	...text,
	pattern: '^(sha256:[0-9a-f]{64})?$',
	description: 'A digest; empty when there is none.',
};

function strict<Properties extends object>(properties: Properties, optional: readonly (keyof Properties)[] = []) {
	const required = Object.keys(properties).filter((name) => !optional.some((one) => one === name));
	return { type: 'object', required, additionalProperties: false, properties } as const;
}

const referrer = strict(
	{
		digest,
		kind: text,
		outcome: { enum: ['copied', 'unchanged', 'failed', 'planned'] },
		message: { ...text, description: 'Why it failed.' },
	},
	['message'],
);

const reason = strict({ why: text, command: { ...text, description: 'What would make it free.' } }, ['command']);

const promotion = strict(
	{
		image,
		source: image,
		registry: text,
		repository: text,
		digest,
		tags: {
			type: 'object',
			additionalProperties: { enum: ['created', 'unchanged', 'moved'] },
			description: 'What became of each tag; in a dry run, what would become of it.',
		},
		changed: flag,
		'previous-digest': digestOrNone,
		referrers: { type: 'array', items: referrer },
		'bytes-copied': count,
		'blobs-copied': count,
		'blobs-mounted': count,
		'blobs-skipped': count,
		reasons: { type: 'array', items: reason, description: 'Why bytes passed, or would pass, through the runner.' },
		plan: {
			...strict({ skipped: count, mounted: count, streamed: count, bytes: count }),
			description: 'Only of a dry run: blobs by what would become of them, and the bytes to stream.',
		},
		record: { ...digest, description: 'The referrer that holds the record of this promotion.' },
	},
	['plan', 'record'],
);

/** The `result` output of promote-by-digest. */
export const PROMOTE_RESULT_SCHEMA = {
	$schema: 'http://json-schema.org/draft-07/schema#',
	title: 'Result of promote-by-digest',
	...strict(
		{
			schemaVersion: { const: 1 },
			action: { const: 'promote-by-digest' },
			source: { ...image, description: 'The first image, at its source.' },
			'dry-run': flag,
			platforms: { type: 'array', items: text, description: 'Those that were kept, where not all were.' },
			'replicated-to': { type: 'array', items: text, description: 'Regions that have complete copies.' },
			image: { ...image, description: 'The first image at its first destination.' },
			digest,
			images: { type: 'array', minItems: 1, items: promotion, description: 'Each image at each destination.' },
			changed: flag,
			'previous-digest': digestOrNone,
			'bytes-copied': count,
			'blobs-mounted': count,
			'blobs-skipped': count,
		},
		['platforms'],
	),
} as const;
