import type { Action } from '@ecr-pipeline/core';
import { type PromoteInputs, readInputs } from './inputs.ts';
import { outputsOf } from './outputs.ts';
import { promote } from './promote.ts';
import type { PromoteResult } from './result.ts';
import { summaryOf } from './summary.ts';

export const action: Action<PromoteInputs, PromoteResult> = {
	name: 'promote-by-digest',
	readInputs,
	run: promote,
	outputs: outputsOf,
	summary: summaryOf,
};
