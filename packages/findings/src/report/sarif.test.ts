import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import Draft4, { type ValidateFunction } from 'ajv-draft-04';
import addFormats from 'ajv-formats';
import type { Finding } from '../finding.ts';
import { everywhere, HOSTILE_TEXTS, IMAGE, material, vulnerability } from './material.fixture.ts';
import { sarifReport } from './sarif.ts';

// The OASIS schema of SARIF 2.1.0 (rtm.5), as @microsoft/jest-sarif ships it.
const SCHEMA = createRequire(import.meta.url).resolve('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json');

const validate = validator();
const report = (findings: readonly Finding[]): string =>
	[...sarifReport(material(findings).evaluation.decisions, { image: IMAGE, version: '1' })].join('');
const lengths = (value: unknown): number[] =>
	typeof value === 'string'
		? [value.length]
		: Object.values(typeof value === 'object' && value !== null ? value : {}).flatMap(lengths);

describe("GitHub's limits", () => {
	const most = report(
		Array.from({ length: 30_000 }, (_, index) => ({
			...vulnerability(`CVE-2026-${index}`, 'openssl', Array(10).fill(`https://e.example/${'x'.repeat(1900)}${index}`)),
			description: `${index} ${'long text '.repeat(390)}`,
		})),
	);
	const [run] = JSON.parse(most).runs;

	it('are kept by any number of findings: results, rules, size', () => {
		expect(run.results).toHaveLength(5000);
		expect(run.tool.driver.rules).toHaveLength(5000);
		expect(gzipSync(most).length).toBeLessThan(10_000_000);
	});

	it('are kept by every rule and result: texts, tags, locations', () => {
		for (const { shortDescription, fullDescription, name, properties } of run.tool.driver.rules) {
			expect(Math.max(...lengths([shortDescription, fullDescription]))).toBeLessThanOrEqual(1024);
			expect(name.length).toBeLessThanOrEqual(255);
			expect(properties.tags.length).toBeLessThanOrEqual(10);
			expect(properties['security-severity']).toMatch(/^(?:10\.0|\d\.\d)$/);
		}
		expect(run.results.every(({ locations }: { locations: unknown[] }) => locations.length === 1)).toBe(true);
	});
});

describe('the OASIS schema', () => {
	it('refuses what is no SARIF', () => {
		expect(validate({ version: '2.1.0' })).toBe(false);
	});

	it.each([
		['findings of every severity', ['critical', 'high', 'medium', 'low', 'informational', 'unknown'].map(ofSeverity)],
		['no findings', []],
		['a finding without package, title or link', [bare()]],
		['hostile text everywhere', HOSTILE_TEXTS.map(everywhere)],
	])('accepts %s', (_, findings) => {
		validate(JSON.parse(report(findings)));
		expect(validate.errors ?? []).toEqual([]);
	});
});

it('is the same file for the same findings', () => {
	const findings = HOSTILE_TEXTS.map(everywhere);
	expect(report(findings)).toBe(report(findings));
});

function validator(): ValidateFunction {
	const ajv = new Draft4.default({ strict: false, allErrors: true, unicodeRegExp: false });
	addFormats.default(ajv);
	return ajv.compile(JSON.parse(readFileSync(SCHEMA, 'utf8')));
}

function ofSeverity(severity: string): Finding {
	return { ...vulnerability(`CVE-2026-${severity}`), severity: severity as Finding['severity'] };
}

function bare(): Finding {
	const { title: _, description: __, ...rest } = vulnerability('CVE-2026-1');
	return { ...rest, packages: [], links: [], platforms: [], cvss: [] };
}
