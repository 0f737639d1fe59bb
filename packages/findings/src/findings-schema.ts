import { SEVERITIES } from './severity.ts';

const text = { type: 'string' } as const;
const texts = { type: 'array', items: text } as const;
const time = { type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d+)?Z$' } as const;
const digest = { type: 'string', pattern: '^sha256:[0-9a-f]{64}$' } as const;

/** One finding. */
export const FINDING_SCHEMA = {
	type: 'object',
	required: ['id', 'aliases', 'severity', 'givenSeverity', 'cvss', 'packages', 'fix', 'platforms', 'links', 'status'],
	additionalProperties: false,
	properties: {
		id: { type: 'string', minLength: 1, description: 'CVE, GHSA or the id of another advisory.' },
		aliases: { ...texts, description: 'Other names of the same vulnerability.' },
		severity: { enum: [...SEVERITIES], description: 'Normalised; from the CVSS score where the scanner gave none.' },
		givenSeverity: { ...text, description: "The scanner's own word." },
		cvss: {
			type: 'array',
			items: {
				type: 'object',
				required: ['source'],
				additionalProperties: false,
				properties: { source: text, version: text, vector: text, score: { type: 'number', minimum: 0, maximum: 10 } },
			},
		},
		epss: { type: 'number', minimum: 0, maximum: 1, description: 'Absent: unknown.' },
		knownExploited: { type: 'boolean', description: "In CISA's KEV catalog. Absent: unknown." },
		exploitAvailable: { type: 'boolean', description: 'Absent: unknown.' },
		packages: {
			type: 'array',
			items: {
				type: 'object',
				required: ['name', 'layers', 'fixedVersions'],
				additionalProperties: false,
				properties: {
					name: text,
					version: text,
					type: text,
					purl: text,
					path: text,
					layers: { ...texts, description: 'Digests of the layers that hold it, one for each platform.' },
					fixedVersions: texts,
				},
			},
		},
		fix: { enum: ['available', 'partial', 'none', 'unknown'] },
		firstSeen: time,
		platforms: texts,
		title: text,
		description: text,
		links: texts,
		status: { enum: ['active', 'suppressed'], description: "suppressed: by the scanner's own rules." },
	},
} as const;

/** The findings of one image, as wait-for-scan writes them. */
export const FINDINGS_SCHEMA = {
	$schema: 'https://json-schema.org/draft/2020-12/schema',
	title: 'Findings of one image',
	description: 'What wait-for-scan writes and gate-on-findings reads. One finding a line.',
	type: 'object',
	required: ['schemaVersion', 'digest', 'scanType', 'platforms', 'findings'],
	additionalProperties: false,
	properties: {
		schemaVersion: { const: 1 },
		image: { ...text, description: 'registry/repository@digest' },
		repository: { ...text, description: 'Name without the registry.' },
		digest,
		scanType: { enum: ['basic', 'enhanced', 'inspector', 'trivy', 'grype', 'sarif', 'several'] },
		scanCompletedAt: time,
		sourceUpdatedAt: time,
		platforms: {
			type: 'array',
			minItems: 1,
			items: {
				type: 'object',
				required: ['platform', 'status'],
				additionalProperties: false,
				properties: {
					platform: text,
					digest,
					status: { enum: ['complete', 'incomplete', 'failed', 'unsupported'] },
					reason: text,
				},
			},
		},
		findings: { type: 'array', items: FINDING_SCHEMA },
	},
} as const;
