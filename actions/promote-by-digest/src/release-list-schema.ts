/** A release list: many images to many places in one run. Published as schemas/release-list.schema.json. */
export const RELEASE_LIST_SCHEMA = {
	$schema: 'http://json-schema.org/draft-07/schema#',
	title: 'Release list of promote-by-digest',
	description: 'Images that are promoted together: no tag of any of them is set before all of them are whole.',
	type: 'object',
	required: ['version', 'images'],
	additionalProperties: false,
	properties: {
		version: { const: 1 },
		images: {
			type: 'array',
			minItems: 1,
			items: {
				type: 'object',
				required: ['image', 'to'],
				additionalProperties: false,
				properties: {
					image: {
						type: 'string',
						pattern: '^[^@\\s]+@sha256:[0-9a-f]{64}$',
						description: '[registry/]repository@sha256:…',
					},
					to: {
						type: 'array',
						minItems: 1,
						description: 'Destinations: [registry/]repository.',
						items: { type: 'string', minLength: 1 },
					},
					tags: {
						type: 'array',
						description: 'Tags set at each destination.',
						items: {
							type: 'string',
							pattern: '^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$',
							description: 'a tag of at most 128 characters of A-Z a-z 0-9 _ . -',
						},
					},
					'verdict-file': {
						type: 'string',
						minLength: 1,
						description: 'The verdict of this image; a path in the workspace.',
					},
				},
			},
		},
	},
} as const;
