import type { OutputValue } from '@ecr-pipeline/core';
import type { Stage } from './stages.ts';

type Outputs = Readonly<Record<string, OutputValue>>;

// Outputs that more than one stage has, and `status`, which alone does not say whose it is.
const CLASHING = new Set(['registry', 'image', 'digest', 'counts', 'changed', 'result', 'status']);

/** All outputs of the stages in one list: a name that could be several stages' carries the stage in front. */
export function mergeOutputs(stages: ReadonlyMap<Stage, Outputs>): Record<string, OutputValue> {
	const merged: Record<string, OutputValue> = {};
	for (const [stage, outputs] of stages) {
		for (const [name, value] of Object.entries(outputs)) merged[CLASHING.has(name) ? `${stage}-${name}` : name] = value;
	}
	return merged;
}
