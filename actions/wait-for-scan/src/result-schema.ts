import { SEVERITIES } from '@ecr-pipeline/findings';
import { SCAN_STATES } from './outcome.ts';

const text = { type: 'string' } as const;
const count = { type: 'integer', minimum: 0 } as const;
const seconds = { type: 'number', minimum: 0 } as const;
const time = { type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d+)?Z$' } as const;
const digest = { type: 'string', pattern: '^sha256:[0-9a-f]{64}$' } as const;
const status = { enum: [...SCAN_STATES] };
const names = [...SEVERITIES, 'total'];
const counts = {
	type: 'object',
	required: names,
	additionalProperties: false,
	properties: Object.fromEntries(names.map((name) => [name, count])),
} as const;

const PLATFORM = {
	type: 'object',
	required: ['platform', 'digest', 'status', 'waited-seconds', 'calls'],
	additionalProperties: false,
	properties: {
		platform: { ...text, description: 'os/architecture[/variant]; unknown for an image that is no index.' },
		digest,
		status,
		'scan-status': { ...text, description: "The registry's own word, as last seen." },
		'scan-type': { enum: ['basic', 'enhanced'] },
		counts,
		'scan-completed-at': time,
		evidence: { ...text, description: 'Why the findings are believed to be all.' },
		reason: { ...text, description: 'Why they are not known.' },
		fix: { ...text, description: 'What to do about it.' },
		'waited-seconds': seconds,
		calls: { ...count, description: 'Questions to AWS about this manifest while waiting.' },
	},
	if: { required: ['status'], properties: { status: { const: 'complete' } } },
	// biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
	then: { required: ['scan-type', 'counts', 'evidence'] },
	else: { required: ['reason', 'fix'] },
} as const;

/** The `result` output of wait-for-scan. */
export const WAIT_RESULT_SCHEMA = {
	$schema: 'http://json-schema.org/draft-07/schema#',
	title: 'Result of wait-for-scan',
	type: 'object',
	required: [
		'schemaVersion',
		'action',
		'image',
		'repository',
		'digest',
		'status',
		'accepted',
		'waited-seconds',
		'platforms',
		'left-out',
	],
	additionalProperties: false,
	properties: {
		schemaVersion: { const: 1 },
		action: { const: 'wait-for-scan' },
		image: { ...text, description: 'registry/repository@digest' },
		repository: { ...text, description: 'Name without the registry.' },
		digest,
		tag: { ...text, description: 'The tag that was resolved, where no digest was given.' },
		status: { ...status, description: 'The worst of all platforms.' },
		accepted: { type: 'boolean', description: 'The findings are written, and the step passed.' },
		'scan-type': { enum: ['basic', 'enhanced', 'several'] },
		'findings-file': text,
		counts: { ...counts, description: 'Of the findings that are not suppressed, on all platforms.' },
		suppressed: count,
		'scan-completed-at': { ...time, description: "The oldest of the platforms' scans." },
		exploitation: {
			type: 'object',
			description: 'What Amazon Inspector told about EPSS and KEV; what is not known is neither zero nor no.',
			required: ['vulnerabilities', 'epss-known', 'kev-known', 'calls'],
			additionalProperties: false,
			properties: {
				vulnerabilities: { ...count, description: 'Different ones, without those suppressed.' },
				'epss-known': count,
				'kev-known': count,
				calls: count,
				reason: { ...text, description: 'Why some are not known.' },
			},
		},
		'waited-seconds': seconds,
		platforms: { type: 'array', minItems: 1, items: PLATFORM },
		'left-out': {
			type: 'array',
			description: 'Entries of the index that were not waited for: attestations, and platforms not asked for.',
			items: {
				type: 'object',
				required: ['platform', 'digest'],
				additionalProperties: false,
				properties: { platform: text, digest },
			},
		},
	},
} as const;
