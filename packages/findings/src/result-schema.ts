import { FINDING_CLASSES } from './evaluate.ts';
import { SEVERITIES } from './severity.ts';

const count = { type: 'integer', minimum: 0 } as const;
const text = { type: 'string' } as const;
const digest = { type: 'string', pattern: '^sha256:[0-9a-f]{64}$' } as const;

const counts = (names: readonly string[]) => ({
	type: 'object',
	required: [...names],
	additionalProperties: false,
	properties: Object.fromEntries(names.map((name) => [name, count])),
});

/** The `result` output of gate-on-findings. */
export const GATE_RESULT_SCHEMA = {
	$schema: 'https://json-schema.org/draft/2020-12/schema',
	title: 'Result of gate-on-findings',
	type: 'object',
	required: [
		'schemaVersion',
		'verdict',
		'mode',
		'image',
		'digest',
		'policy',
		'counts',
		'classes',
		'new',
		'unanswered',
		'blockingFindings',
		'notes',
		'files',
	],
	additionalProperties: false,
	properties: {
		schemaVersion: { const: 1 },
		verdict: { enum: ['passed', 'failed'] },
		mode: { enum: ['enforce', 'report'] },
		image: { ...text, description: '[registry/]repository@digest' },
		digest,
		scanType: text,
		scanCompletedAt: text,
		policy: {
			type: 'object',
			description: 'digest: of the bytes of the file; of the effective rules, where the inputs are all there is.',
			required: ['uri', 'digest'],
			additionalProperties: false,
			properties: {
				uri: text,
				digest,
				org: {
					type: 'object',
					description: 'The org policy, which holds beside it.',
					required: ['uri', 'digest'],
					additionalProperties: false,
					properties: { uri: text, digest },
				},
			},
		},
		counts: { ...counts([...SEVERITIES, 'total']), description: 'All findings by severity.' },
		classes: { ...counts(FINDING_CLASSES), description: 'All findings by where they ended; adds up to counts.total.' },
		new: { ...count, description: 'Findings that are not in the baseline.' },
		unanswered: {
			type: 'object',
			description: 'Criteria that could not be asked of findings that do not block: of how many, by criterion.',
			additionalProperties: count,
		},
		blockingFindings: {
			type: 'array',
			description: 'The worst of those that block, 50 at most.',
			items: {
				type: 'object',
				required: ['id', 'severity', 'packages', 'fixedVersions', 'rule', 'tolerated'],
				additionalProperties: false,
				properties: {
					id: text,
					severity: { enum: [...SEVERITIES] },
					packages: { type: 'array', items: text },
					fixedVersions: { type: 'array', items: text },
					rule: text,
					tolerated: { type: 'boolean', description: 'max tolerates as many of its severity.' },
				},
			},
		},
		notes: { type: 'array', items: text, description: 'What a reader of the verdict must know, 50 at most.' },
		files: {
			type: 'object',
			required: ['sarif', 'report', 'verdict', 'vex'],
			additionalProperties: false,
			properties: { sarif: text, report: text, verdict: text, vex: text },
		},
		comment: {
			type: 'object',
			description: 'What became of the comment on the pull request.',
			required: ['state'],
			additionalProperties: false,
			properties: { state: { enum: ['created', 'updated', 'unchanged', 'not-possible'] }, url: text },
		},
		explained: {
			type: 'array',
			description: 'What was asked for by the input explain, 50 at most.',
			items: {
				type: 'object',
				required: ['id', 'finding', 'packages', 'class', 'rule', 'because'],
				additionalProperties: false,
				properties: {
					id: { ...text, description: 'As it was asked for.' },
					finding: text,
					packages: { type: 'array', items: text },
					class: { enum: [...FINDING_CLASSES] },
					rule: text,
					because: { type: 'array', items: text },
				},
			},
		},
		attachedVerdict: { ...digest, description: 'The referrer of the image that holds the verdict.' },
	},
} as const;
