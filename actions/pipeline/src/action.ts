import type { Action, OutputValue } from '@ecr-pipeline/core';
import { type PipelineInputs, readInputs } from './inputs.ts';
import { mergeOutputs } from './outputs.ts';
import { type PipelineResult, runPipeline } from './pipeline.ts';
import { wayMarkdown } from './way.ts';

export const action: Action<PipelineInputs, PipelineResult> = {
	name: 'ecr-pipeline',
	readInputs,
	run: runPipeline,
	outputs: outputsOf,
	variables: ({ variables }) => variables,
	summary: summaryOf,
	failure: ({ failure }) => failure,
};

function outputsOf({ outputs, image, records }: PipelineResult): Record<string, OutputValue> {
	const digest = digestOfImage(image);
	const stages = records.map(({ stage, outcome, milliseconds }) => ({ stage, outcome, seconds: milliseconds / 1000 }));
	const own = { image: image ?? '', digest: digest ?? '' };
	return { ...mergeOutputs(outputs), ...own, result: { schemaVersion: 1, action: 'ecr-pipeline', ...own, stages } };
}

function summaryOf({ records, stages, image }: PipelineResult): string {
	const way = wayMarkdown(records, stages, digestOfImage(image));
	return [way, ...records.map(({ summary }) => summary).filter((summary) => summary !== '')].join('\n\n');
}

function digestOfImage(image: string | undefined): string | undefined {
	return image?.split('@')[1];
}
