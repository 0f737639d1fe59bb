import type { Action } from '@ecr-pipeline/core';
import { failureOf } from './failure.ts';
import { readInputs, type WaitInputs } from './inputs.ts';
import { outputsOf, variablesOf } from './outputs.ts';
import { summaryOf } from './summary.ts';
import { type WaitResult, waitForScan } from './wait.ts';

export const action: Action<WaitInputs, WaitResult> = {
	name: 'wait-for-scan',
	readInputs,
	run: waitForScan,
	outputs: outputsOf,
	variables: variablesOf,
	summary: summaryOf,
	failure: failureOf,
};
