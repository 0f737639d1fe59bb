import { ACCEPTABLE } from './policy.ts';
import { KNOWN_SEVERITIES, SEVERITIES } from './severity.ts';
import { VEX_JUSTIFICATIONS } from './vex.ts';

const severity = { enum: [...KNOWN_SEVERITIES] } as const;

const block = {
	type: 'object',
	description: 'A finding that meets any of these blocks.',
	additionalProperties: false,
	minProperties: 1,
	properties: {
		severity: { ...severity, description: 'This severity and above.' },
		cvss: { type: 'number', minimum: 0, maximum: 10, description: 'This CVSS base score and above.' },
		epss: { type: 'number', minimum: 0, maximum: 1, description: 'This probability of exploitation and above.' },
		'known-exploited': { const: true, description: "In CISA's catalog of known exploited vulnerabilities." },
		'exploit-available': { const: true, description: 'An exploit is known.' },
	},
} as const;

const bySeverity = (description: string, limits: { readonly minimum: number; readonly maximum?: number }) => ({
	type: 'object',
	description,
	additionalProperties: false,
	properties: Object.fromEntries(SEVERITIES.map((name) => [name, { type: 'integer', ...limits }])),
});

const base = {
	block,
	'only-fixed': {
		type: 'boolean',
		description: 'Block only where a fix exists. What the scanner cannot know counts as fixable.',
	},
	'unknown-severity': {
		enum: ['block', 'ignore', ...KNOWN_SEVERITIES],
		description: 'What becomes of a finding that has neither a severity nor a CVSS score.',
	},
	'grace-days': bySeverity('Days from the first sighting in which a finding does not block yet.', {
		minimum: 0,
		maximum: 36_500,
	}),
} as const;

const rules = {
	...base,
	max: bySeverity('How many findings that would block are tolerated.', { minimum: 0 }),
	'base-image': {
		type: 'object',
		description: "Other rules for findings in the base image's layers. What is absent is as for the rest.",
		additionalProperties: false,
		minProperties: 1,
		properties: {
			...base,
			images: {
				type: 'array',
				minItems: 1,
				items: { type: 'string', minLength: 1 },
				description:
					'The base images that these rules are for, registry/repository; * stands for any characters. Absent: any.',
			},
		},
	},
	ignore: {
		type: 'array',
		description: 'Findings that do not block, each with a reason and an end.',
		items: {
			type: 'object',
			required: ['id', 'reason', 'expires'],
			additionalProperties: false,
			properties: {
				id: { type: 'string', minLength: 1, description: 'Exact id or alias.' },
				package: { type: 'string', minLength: 1, description: 'Only in the package of this name.' },
				purl: {
					type: 'string',
					pattern: '^pkg:[^/]+/.+',
					description: 'a package URL; a version or qualifiers that it leaves out may be anything',
				},
				path: { type: 'string', minLength: 1, description: 'Only in this file; * stands for any characters.' },
				platform: { type: 'string', minLength: 1, description: 'Only on this platform: linux/arm64.' },
				reason: { type: 'string', minLength: 1, description: 'Why this is acceptable; it is shown in every report.' },
				expires: {
					type: 'string',
					pattern: '^(?:never|\\d{4}-\\d{2}-\\d{2})$',
					description: 'a date (2026-12-31, the last day on which it holds, in UTC) or never',
				},
				justification: {
					enum: [...VEX_JUSTIFICATIONS],
					description:
						'Why the image is not affected, in the words of OpenVEX. With it, the rule is exported as not_affected; without, as affected and accepted.',
				},
			},
		},
	},
} as const;

/** The policy file. Editors find it by `# yaml-language-server: $schema=…`. */
export const POLICY_SCHEMA = {
	$schema: 'https://json-schema.org/draft/2020-12/schema',
	title: 'Image policy',
	description: 'Which findings stop an image. Read by gate-on-findings.',
	type: 'object',
	required: ['version'],
	additionalProperties: false,
	properties: {
		version: { const: 1 },
		...rules,
		accept: {
			type: 'array',
			uniqueItems: true,
			items: { enum: [...ACCEPTABLE] },
			description:
				"In an org policy only: what of a repository's own may take findings away under it (its ignore rules, its VEX documents, its baseline). Absent: nothing.",
		},
		repositories: {
			type: 'object',
			description:
				'Other rules for some repositories: name, or pattern in which * stands for any characters. The first match wins; each key that it has replaces the same key above, and its ignore rules are added.',
			additionalProperties: { type: 'object', additionalProperties: false, minProperties: 1, properties: rules },
		},
	},
} as const;
