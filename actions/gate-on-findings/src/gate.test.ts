import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Env } from '@ecr-pipeline/core';
import { formatFindings, readFindings, readVerdict, schemas } from '@ecr-pipeline/findings';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { NOW, openWorkspace } from './gate.fixture.ts';
import { VERSION } from './version.ts';

const DIGEST = `sha256:${'a1'.repeat(32)}`;
const PASSING = { 'INPUT_FAIL-ON-SEVERITY': 'critical' };

let workspace = openWorkspace();

beforeEach(() => {
	workspace = openWorkspace();
});

const path = (name: string): string => workspace.path(name);
const put = (name: string, text: string): void => workspace.put(name, text);
const run = (given: Env, now = NOW) => workspace.run({}, given, now);

/** Findings as wait-for-scan writes them, of the enhanced fixture, with the image named. */
function normalised(edit: (text: string) => string = (text) => text): void {
	const { findings, platforms } = readFindings(readFileSync(path('ecr-enhanced.json'), 'utf8'), 'x');
	const document = {
		schemaVersion: 1,
		image: `r.example/team/shop@${DIGEST}`,
		repository: 'team/shop',
		digest: DIGEST,
	};
	put(
		'temp/findings.json',
		edit(formatFindings({ ...document, schemaVersion: 1, scanType: 'enhanced', platforms, findings })),
	);
}

describe('findings that block', () => {
	it('fail the verdict with one error that names them, and every output is there all the same', async () => {
		const { outputs, failure } = await run({ INPUT_FINDINGS: 'ecr-enhanced.json' });
		expect(outputs).toMatchObject({
			verdict: 'failed',
			image: `team/shop@${DIGEST}`,
			blocking: 5,
			ignored: 1,
			new: 7,
			counts: { critical: 2, high: 3, medium: 1, low: 0, informational: 0, unknown: 1, total: 7 },
		});
		expect(failure?.message).toMatch(/must not go on.*CVE-2026-1001 \(critical in org\.apache.*fixed in 2\.17\.1/);
		expect(readVerdict(readFileSync(String(outputs['verdict-file']), 'utf8'), 'v')).toMatchObject({ passed: false });
		expect(existsSync(String(outputs['sarif-file'])) && existsSync(String(outputs['report-file']))).toBe(true);
	});

	it('are only reported in report mode; the verdict file still says FAILED', async () => {
		const { outputs, failure } = await run({ INPUT_FINDINGS: 'ecr-enhanced.json', INPUT_MODE: 'report' });
		expect(failure).toBeUndefined();
		expect(outputs.verdict).toBe('failed');
		expect(readVerdict(readFileSync(String(outputs['verdict-file']), 'utf8'), 'v').passed).toBe(false);
	});

	it('are named with the rule that decided in the result, which keeps to its schema', async () => {
		const { outputs } = await run({ INPUT_FINDINGS: 'ecr-enhanced.json' });
		expect(outputs.result).toMatchObject({
			blockingFindings: expect.arrayContaining([
				expect.objectContaining({ id: 'CVE-2026-1004', rule: 'unknown-severity' }),
			]),
			classes: { blocking: 5, ignored: 1, 'below-threshold': 1 },
		});
		const schema = schemas()['gate-on-findings-result.schema.json'] as { required: string[]; properties: object };
		expect(Object.keys(outputs.result as object)).toEqual(expect.arrayContaining(schema.required));
		expect(Object.keys(schema.properties)).toEqual(expect.arrayContaining(Object.keys(outputs.result as object)));
	});
});

it('what the policy asks and nobody answered is said in the log, the summary and the result', async () => {
	put('p.yml', 'version: 1\nblock: { cvss: 10, known-exploited: true }\nunknown-severity: ignore\n');
	const { outputs, summary, failure } = await run({
		INPUT_FINDINGS: 'ecr-enhanced.json',
		'INPUT_POLICY-FILE': 'p.yml',
	});
	expect(failure).toBeUndefined();
	expect(outputs.result).toMatchObject({ verdict: 'passed', unanswered: { 'block.known-exploited': 5 } });
	expect(summary).toMatch(
		/^### ✅ Passed: .*as far as is known: nothing answers .*block\.known-exploited of 5 findings/,
	);
	expect(workspace.printed()).toMatch(
		/^::warning::The verdict passed as far as is known: .*block\.known-exploited of 5 findings/m,
	);
});

it('of another repository with the same digest are judged by the rules for the one that is named, and it is said', async () => {
	const { result } = await run({
		INPUT_FINDINGS: 'ecr-enhanced.json',
		INPUT_IMAGE: `legacy/shop@${DIGEST}`,
		...PASSING,
	});
	expect(result.evaluation.notes.join()).toMatch(/of this digest in team\/shop; the rules are those for legacy\/shop/);
	const same = await run({ INPUT_FINDINGS: 'ecr-enhanced.json', INPUT_IMAGE: `team/shop@${DIGEST}`, ...PASSING });
	expect(same.result.evaluation.notes.join()).not.toContain('the rules are those for');
});

it('of a scanner that looks at one platform says that others were not judged', async () => {
	const { result } = await run({ INPUT_FINDINGS: 'trivy.json', ...PASSING });
	expect(result.evaluation.notes.join()).toMatch(
		/trivy\.json \(trivy\) is of linux\/\w+ alone: other platforms .* are not judged/,
	);
});

describe('the shorthands', () => {
	it.each([
		['fail-on-severity', { 'INPUT_FAIL-ON-SEVERITY': 'critical' }, 2],
		['only-fixed', { 'INPUT_ONLY-FIXED': 'true' }, 3],
		['max', { 'INPUT_MAX-CRITICAL': '1', 'INPUT_MAX-HIGH': '3' }, 5],
	])('%s', async (_, given, blocking) => {
		expect((await run({ INPUT_FINDINGS: 'ecr-enhanced.json', ...given })).outputs.blocking).toBe(blocking);
	});

	it('that are wrong are all reported at once, and nothing is written', async () => {
		const wrong = run({
			INPUT_FINDINGS: 'ecr-enhanced.json',
			'INPUT_FAIL-ON-SEVERITY': 'bad',
			'INPUT_MAX-HIGH': '-1',
			INPUT_MODE: 'maybe',
			INPUT_VEX: 'no.json',
			INPUT_IMAGE: 'team/shop:latest',
		});
		await expect(wrong).rejects.toThrow(
			/"image" is "team\/shop:latest"[\s\S]*"max-high" is "-1"[\s\S]*"fail-on-severity" is "bad"[\s\S]*"vex" is "no.json"[\s\S]*"mode" is "maybe"/,
		);
		expect(existsSync(path('temp/findings-a1a1a1a1a1a1.sarif'))).toBe(false);
	});
});

describe('the policy file', () => {
	it('in its usual place is taken, with the override for the repository', async () => {
		put(
			'.github/image-policy.yml',
			'version: 1\nblock: { severity: low }\nrepositories: { team/*: { block: { cvss: 9.5 } } }\n',
		);
		const { outputs, result } = await run({ INPUT_FINDINGS: 'ecr-enhanced.json' });
		expect(result.policy.uri).toBe('.github/image-policy.yml');
		expect(outputs.blocking).toBe(2);
	});

	it('and a shorthand together are refused', async () => {
		put('p.yml', 'version: 1\n');
		const both = run({ INPUT_FINDINGS: 'ecr-enhanced.json', 'INPUT_POLICY-FILE': 'p.yml', 'INPUT_ONLY-FIXED': 'true' });
		await expect(both).rejects.toThrow(/"only-fixed".*not together with the policy file p\.yml/);
	});

	it('that is named and not there, or not sound, is an error', async () => {
		await expect(run({ INPUT_FINDINGS: 'ecr-enhanced.json', 'INPUT_POLICY-FILE': 'p.yml' })).rejects.toThrow(
			/"policy-file"/,
		);
		put('p.yml', 'version: 1\nonly-fixd: true\n');
		await expect(run({ INPUT_FINDINGS: 'ecr-enhanced.json', 'INPUT_POLICY-FILE': 'p.yml' })).rejects.toThrow(
			/did you mean "only-fixed"/,
		);
	});

	it('has ignore rules whose end is told in one warning', async () => {
		const rule = (id: string, expires: string) => `  - { id: ${id}, reason: r, expires: ${expires} }\n`;
		put('p.yml', `version: 1\nignore:\n${rule('CVE-2026-1001', '2026-06-01')}${rule('CVE-2026-1002', '2026-06-20')}`);
		const { outputs } = await run({ INPUT_FINDINGS: 'ecr-enhanced.json', 'INPUT_POLICY-FILE': 'p.yml' });
		expect(outputs).toMatchObject({ blocking: 4, ignored: 2 });
		expect(workspace.printed().match(/^::warning/gm)).toHaveLength(1);
		expect(workspace.printed()).toMatch(
			/ignore\[0\] \(CVE-2026-1001\) expired.*ignore\[1\] \(CVE-2026-1002\) holds until/,
		);
	});
});

describe('which findings', () => {
	it('are those that wait-for-scan wrote in this job, by variable or in the usual place', async () => {
		normalised();
		expect((await run({})).outputs.image).toBe(`r.example/team/shop@${DIGEST}`);
		put('elsewhere.json', readFileSync(path('temp/findings.json'), 'utf8'));
		writeFileSync(path('temp/findings.json'), 'not this one');
		expect((await run({ ECR_PIPELINE_FINDINGS: path('elsewhere.json') })).outputs.verdict).toBe('failed');
	});

	it('that are not there are an error, never a pass', async () => {
		await expect(run({})).rejects.toThrow(/findings\.json.*Run wait-for-scan before this step/);
		normalised();
		await expect(run({ ECR_PIPELINE_FINDINGS: '' })).rejects.toThrow(/ended in this job without writing any/);
	});

	it('of a scan that is not complete on every platform are an error, never a pass', async () => {
		normalised((text) => text.replace('"status":"complete"', '"status":"unsupported","reason":"scratch"'));
		await expect(run(PASSING)).rejects.toThrow(/linux\/amd64 is unsupported \(scratch\)/);
	});

	it('of another image are an error, never a pass', async () => {
		const other = `team/shop@sha256:${'b2'.repeat(32)}`;
		await expect(run({ INPUT_FINDINGS: 'ecr-enhanced.json', INPUT_IMAGE: other })).rejects.toThrow(
			/Could not judge sha256:b2.*about sha256:a1/,
		);
	});

	it('that name no image need the input, and the trust is told', async () => {
		await expect(run({ INPUT_FINDINGS: 'scanner.sarif' })).rejects.toThrow(
			/"image": it is required here.*scanner\.sarif/,
		);
		const { result } = await run({ INPUT_FINDINGS: 'scanner.sarif', INPUT_IMAGE: `team/shop@${DIGEST}` });
		expect(result.evaluation.notes.join()).toContain('scanner.sarif does not say which image it is about');
	});

	it('of several scanners are judged together', async () => {
		const { outputs, result } = await run({ INPUT_FINDINGS: 'ecr-enhanced.json\ntrivy.json, grype.json' });
		expect(outputs.counts).toMatchObject({ total: 13 });
		expect(result.scanType).toBe('several');
	});
});

describe('VEX and baseline', () => {
	it('take findings away, each with its reason, and the verdict names the files', async () => {
		const statement = {
			vulnerability: { name: 'CVE-2026-1001' },
			status: 'not_affected',
			justification: 'vulnerable_code_not_present',
			products: [{ '@id': 'pkg:oci/shop' }],
		};
		const head = { '@context': 'https://openvex.dev/ns/v0.2.0', '@id': 'https://x/1', author: 'a', version: 1 };
		put('vex.json', JSON.stringify({ ...head, timestamp: '2026-06-01T00:00:00Z', statements: [statement] }));
		const { outputs, result } = await run({
			INPUT_FINDINGS: 'ecr-enhanced.json',
			INPUT_VEX: 'vex.json',
			INPUT_BASELINE: 'inspector.json',
		});
		expect(outputs.result).toMatchObject({ classes: { 'vex-not-affected': 1, 'in-baseline': 1, blocking: 3 }, new: 6 });
		expect(readFileSync(result.files.verdict, 'utf8')).toMatch(
			/ecr-enhanced\.json[\s\S]*vex\.json[\s\S]*inspector\.json/,
		);
	});
});

describe('the files', () => {
	it('of the same inputs are the same bytes, but for the time', async () => {
		const files = async (now: number) => {
			const { result } = await run({ INPUT_FINDINGS: 'ecr-enhanced.json' }, now);
			const time = new Date(now).toISOString();
			// For people it is told by the minute: 2026-06-01 12:00 UTC.
			const read = `${time.slice(0, 16).replace('T', ' ')} UTC`;
			return Object.values(result.files).map((file) =>
				readFileSync(file, 'utf8').replaceAll(time, 'T').replaceAll(read, 'T'),
			);
		};
		expect(await files(NOW)).toEqual(await files(NOW + 60_000));
	});

	it('go where they are told to', async () => {
		const { outputs } = await run({ INPUT_FINDINGS: 'ecr-enhanced.json', 'INPUT_SARIF-FILE': 'out/gate.sarif' });
		expect(outputs['sarif-file']).toBe(path('out/gate.sarif'));
		expect(JSON.parse(readFileSync(path('out/gate.sarif'), 'utf8')).version).toBe('2.1.0');
	});

	it('of an earlier run do not outlive one that ends in an error', async () => {
		put('verdict.json', 'PASSED yesterday');
		await expect(run({ INPUT_FINDINGS: 'no.json', 'INPUT_VERDICT-FILE': 'verdict.json' })).rejects.toThrow();
		expect(existsSync(path('verdict.json'))).toBe(false);
	});
});

describe('hostile text', () => {
	it('cannot give a command to the runner', async () => {
		const text = readFileSync(path('ecr-enhanced.json'), 'utf8').replaceAll(
			'CVE-2026-1001',
			'x\\n::set-output name=verdict::passed\\n##[add-mask]a',
		);
		put('hostile.json', text);
		const { failure, summary } = await run({ INPUT_FINDINGS: 'hostile.json' });
		expect(failure?.message).not.toMatch(/^::|##\[/m);
		expect(workspace.printed()).not.toMatch(/^::set-output|##\[/m);
		expect(summary).not.toMatch(/^::/m);
	});
});

it('names the version of its package in the verdict', () => {
	const manifest = JSON.parse(readFileSync(join(import.meta.dirname, '../package.json'), 'utf8'));
	expect(VERSION).toBe(manifest.version);
});
