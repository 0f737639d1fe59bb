import type { Action } from '@ecr-pipeline/core';
import { build } from './build.ts';
import { type BuildInputs, readInputs } from './inputs.ts';
import { outputsOf } from './outputs.ts';
import type { BuildResult } from './result.ts';
import { summaryOf } from './summary.ts';

export const action: Action<BuildInputs, BuildResult> = {
	name: 'build-push',
	readInputs,
	run: build,
	outputs: outputsOf,
	summary: summaryOf,
	failure: ({ failure }) => failure,
};
