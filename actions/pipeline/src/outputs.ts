import type { OutputValue } from '@ecr-pipeline/core';
import type { Stage } from './stages.ts';

type Outputs = Readonly<Record<string, OutputValue>>;

// Outputs that more than one stage has, or whose name alone does not say whose it is.
const CLASHING = new Set([
	'registry',
	'repository',
	'image',
	'digest',
	'tags',
	'platforms',
	'media-type',
	'metadata',
	'status',
	'counts',
	'changed',
	'diff',
	'result',
	'critical',
	'high',
	'medium',
	'low',
]);

/** All outputs of the stages in one list: a name that could be several stages' carries the stage in front. */
export function mergeOutputs(stages: ReadonlyMap<Stage, Outputs>): Record<string, OutputValue> {
	const merged: Record<string, OutputValue> = {};
	for (const [stage, outputs] of stages) {
		for (const [name, value] of Object.entries(outputs)) merged[CLASHING.has(name) ? `${stage}-${name}` : name] = value;
	}
	return merged;
}
