import type { Action } from '@ecr-pipeline/core';
import { failureOf } from './failure.ts';
import { type GateResult, gateOnFindings } from './gate.ts';
import { type GateInputs, readInputs } from './inputs.ts';
import { outputsOf } from './outputs.ts';
import { summaryOf } from './summary.ts';

export const action: Action<GateInputs, GateResult> = {
	name: 'gate-on-findings',
	readInputs,
	run: gateOnFindings,
	outputs: outputsOf,
	summary: summaryOf,
	failure: failureOf,
};
