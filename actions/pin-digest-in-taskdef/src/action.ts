import type { Action } from '@ecr-pipeline/core';
import { type PinInputs, readInputs } from './inputs.ts';
import { outputsOf } from './outputs.ts';
import { type PinResult, pin } from './pin.ts';
import { summaryOf } from './summary.ts';

export const action: Action<PinInputs, PinResult> = {
	name: 'pin-digest-in-taskdef',
	readInputs,
	run: pin,
	outputs: outputsOf,
	summary: summaryOf,
	failure: ({ failure }) => failure,
};
