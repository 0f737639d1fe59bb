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
