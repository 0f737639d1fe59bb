import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Ajv } from 'ajv';
import { action } from './action.ts';
import type { PipelineResult } from './pipeline.ts';
import { STAGES } from './stages.ts';

const file = join(import.meta.dirname, '../../../schemas/ecr-pipeline-result.schema.json');
const validate = new Ajv({ strict: true }).compile(JSON.parse(readFileSync(file, 'utf8')));
const problemsOf = (value: unknown) => (validate(JSON.parse(JSON.stringify(value))) ? [] : validate.errors);

const WHOLE: PipelineResult = {
	stages: STAGES,
	records: STAGES.map((stage) => ({ stage, outcome: 'passed', milliseconds: 1234, summary: '' })),
	outputs: new Map(),
	image: `127.0.0.1:5000/team/app@sha256:${'0'.repeat(64)}`,
	variables: {},
};
const { image: _, ...WITHOUT_IMAGE } = WHOLE;
const STOPPED: PipelineResult = {
	...WITHOUT_IMAGE,
	records: [{ stage: 'login', outcome: 'failed', milliseconds: 0, summary: '' }],
};

describe('the published schema of the result', () => {
	it.each([
		['came the whole way', WHOLE],
		['did not come to be', STOPPED],
	])('holds that of an image that %s', (_name, result) => {
		expect(problemsOf(action.outputs(result).result)).toEqual([]);
	});

	it('refuses a stage that the way does not have, and a key that it does not know', () => {
		const result = action.outputs(STOPPED).result as { stages: object[] };
		expect(problemsOf({ ...result, stages: [{ ...result.stages[0], stage: 'deploy' }] })).toHaveLength(1);
		expect(problemsOf({ ...result, more: '' })).toMatchObject([{ params: { additionalProperty: 'more' } }]);
	});
});

describe('the summary', () => {
	it('says at its top how far the image came', () => {
		const stopped: PipelineResult = {
			...WHOLE,
			records: [...WHOLE.records.slice(0, 3), { stage: 'gate', outcome: 'failed', milliseconds: 5, summary: '' }],
		};
		const top = (result: PipelineResult) => action.summary(result).split('\n')[0];
		expect(top(WHOLE)).toBe('## <code>sha256:000000000000…</code>, all the way');
		expect(top(stopped)).toBe('## <code>sha256:000000000000…</code> stopped at gate');
		expect(top(STOPPED)).toBe('## The image did not come to be');
	});
});
