import { describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { PolicyRules } from './policy.ts';
import { DIGEST, documentOf, draft, NOW, openssl, run } from './testing.ts';
import { readVex, VEX_JUSTIFICATIONS } from './vex.ts';
import { formatVex } from './vex-export.ts';

const rule = (parts: object) => ({ id: 'CVE-2026-1', reason: 'not reachable', expires: '2026-12-31', ...parts });
const justified = { justification: 'vulnerable_code_not_in_execute_path' as const };

function exported(rules: PolicyRules, findings = [draft({})], now = NOW): string {
	return formatVex({
		image: `r.example/team/shop@${DIGEST}`,
		findings: documentOf(findings),
		decisions: run(findings, rules).decisions,
		author: 'https://github.com/team/shop',
		tooling: 'gate-on-findings/0',
		policy: '.github/image-policy.yml',
		now,
	});
}

// What OPENVEX-SPEC.md v0.2.0 demands of a document and its statements.
const iri = { type: 'string', pattern: '^[a-z][a-z0-9+.-]*:.+' };
const component = { '@id': iri, identifiers: { type: 'object' }, hashes: { type: 'object' } };
const valid = new Ajv2020({ allErrors: true }).compile({
	type: 'object',
	required: ['@context', '@id', 'author', 'timestamp', 'version', 'statements'],
	additionalProperties: false,
	properties: {
		'@context': { const: 'https://openvex.dev/ns/v0.2.0' },
		'@id': iri,
		author: { type: 'string', minLength: 1 },
		timestamp: { type: 'string', pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z$' },
		version: { type: 'integer', minimum: 1 },
		tooling: { type: 'string' },
		statements: {
			type: 'array',
			items: {
				type: 'object',
				required: ['vulnerability', 'status', 'products'],
				properties: {
					vulnerability: { type: 'object', required: ['name'] },
					status: { enum: ['not_affected', 'affected', 'fixed', 'under_investigation'] },
					justification: { enum: [...VEX_JUSTIFICATIONS] },
					products: {
						type: 'array',
						minItems: 1,
						items: {
							type: 'object',
							required: ['@id'],
							additionalProperties: false,
							properties: {
								...component,
								subcomponents: {
									type: 'array',
									items: { type: 'object', additionalProperties: false, properties: component },
								},
							},
						},
					},
				},
				allOf: [
					{
						if: { properties: { status: { const: 'affected' } } },
						// biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
						then: { required: ['action_statement'] },
					},
					{
						if: { properties: { status: { const: 'not_affected' } } },
						// biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
						then: { anyOf: [{ required: ['justification'] }, { required: ['impact_statement'] }] },
					},
				],
			},
		},
	},
});

describe('ignore rules as OpenVEX', () => {
	it.each([
		['none', {}],
		['one with a justification', { ignore: [rule(justified)] }],
		['one without', { ignore: [rule({})] }],
		['one for a package', { ignore: [rule({ package: 'openssl', ...justified })] }],
		['one for a platform', { ignore: [rule({ platform: 'linux/amd64', ...justified })] }],
	])('are a valid document: %s', (_, rules) => {
		expect(valid(JSON.parse(exported(rules)))).toBe(true);
		expect(valid.errors).toBeNull();
	});

	it.each([
		['for the whole image', {}],
		['for a package', { package: 'openssl' }],
		['for a path', { path: 'usr/lib/*' }],
		['for a platform', { platform: 'linux/amd64' }],
	])('with a justification read back as what takes the same finding away: %s', (_, narrow) => {
		const vex = readVex(exported({ ignore: [rule({ ...justified, ...narrow })] }), 'own.json');
		const [decision] = run([draft({})], {}, { vex, registry: 'r.example' }).decisions;
		expect(decision).toMatchObject({ class: 'vex-not-affected' });
		expect(decision?.reason).toContain('vulnerable_code_not_in_execute_path: not reachable');
		const other = draft({ packages: [{ ...openssl, name: 'curl', purl: 'pkg:deb/debian/curl@8', path: 'opt/curl' }] });
		const elsewhere = run([other], {}, { vex, registry: 'r.example' });
		expect(elsewhere.verdict).toBe('package' in narrow || 'path' in narrow ? 'failed' : 'passed');
	});

	it('without one claim no more than that it was accepted, until when and why', () => {
		const text = exported({ ignore: [rule({})] });
		expect(JSON.parse(text).statements[0]).toMatchObject({
			status: 'affected',
			action_statement: 'Accepted until 2026-12-31: not reachable',
			status_notes: 'ignore[0] of .github/image-policy.yml, holds until 2026-12-31',
		});
		expect(run([draft({})], {}, { vex: readVex(text, 'own.json') }).verdict).toBe('failed');
	});

	it('leave out what has expired and what ignored nothing', () => {
		const ignore = [rule({ expires: '2026-01-01' }), rule({ id: 'CVE-1999-1' })];
		expect(JSON.parse(exported({ ignore })).statements).toEqual([]);
	});

	it('are the same bytes but for the time', () => {
		const rules = { ignore: [rule(justified)] };
		const at = (now: number) => exported(rules, [draft({})], now).replace(new Date(now).toISOString(), 'T');
		expect(at(NOW)).toBe(at(NOW + 60_000));
	});
});
