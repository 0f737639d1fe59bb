import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Ajv } from 'ajv';
import { outputsOf } from './outputs.ts';
import { WAIT_RESULT_SCHEMA } from './result-schema.ts';
import type { WaitResult } from './wait.ts';

const DIGEST = `sha256:${'0'.repeat(64)}` as const;
const AMD64 = { platform: 'linux/amd64', digest: DIGEST, waitedMilliseconds: 1234, calls: 5, status: 'COMPLETE' };
const COUNTS = { critical: 0, high: 1, medium: 0, low: 0, informational: 0, unknown: 0, total: 1 };

const BASE: WaitResult = {
	name: 'registry.test/team/app',
	repository: 'team/app',
	digest: DIGEST,
	waitedMilliseconds: 1300,
	state: 'failed',
	accepted: false,
	leftOut: [{ platform: 'unknown', digest: DIGEST }],
	outcomes: [{ ...AMD64, state: 'failed', reason: 'the scan is FAILED', fix: 'Scan it again.' }],
};
const COMPLETE: WaitResult = {
	...BASE,
	state: 'complete',
	accepted: true,
	tag: 'v1',
	outcomes: [
		{
			...AMD64,
			state: 'complete',
			scanType: 'enhanced',
			findings: [],
			findingArns: new Map(),
			evidence: 'Amazon Inspector says so',
			scanCompletedAt: '2026-01-01T00:00:00.000Z',
		},
	],
	known: {
		findingsFile: '/tmp/findings.json',
		counts: COUNTS,
		suppressed: 2,
		scanType: 'enhanced',
		scanCompletedAt: '2026-01-01T00:00:00.000Z',
	},
	exploitation: { byId: new Map(), vulnerabilities: 1, epssKnown: 1, kevKnown: 0, calls: 2, reason: 'denied' },
};

const validate = new Ajv({ strict: true, strictRequired: false }).compile(WAIT_RESULT_SCHEMA);
const problemsOf = (value: unknown) => (validate(JSON.parse(JSON.stringify(value))) ? [] : validate.errors);

describe('the published schema of the result', () => {
	it('is the one of the code', () => {
		const file = join(import.meta.dirname, '../../../schemas/wait-for-scan-result.schema.json');
		expect(readFileSync(file, 'utf8')).toBe(`${JSON.stringify(WAIT_RESULT_SCHEMA, undefined, '\t')}\n`);
	});

	it.each([
		['complete', COMPLETE],
		['failed', BASE],
	])('holds a result that is %s', (_, result) => {
		expect(problemsOf(outputsOf(result).result)).toEqual([]);
	});

	it('refuses a complete platform without its evidence, and a key that it does not know', () => {
		const { result } = outputsOf(COMPLETE) as { result: { platforms: { evidence?: string }[]; more?: string } };
		delete result.platforms[0]?.evidence;
		expect(problemsOf(result)).toMatchObject([{ params: { missingProperty: 'evidence' } }]);
		expect(problemsOf({ ...(outputsOf(COMPLETE).result as object), more: '' })).toMatchObject([
			{ params: { additionalProperty: 'more' } },
		]);
	});
});
