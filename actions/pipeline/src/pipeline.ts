import { type Action, type Context, messageOf, type OutputValue, PipelineError } from '@ecr-pipeline/core';
import { ACTIONS } from './actions.ts';
import { type PipelineInputs, readStage, repositoriesToScope } from './inputs.ts';
import { STAGES, type Stage } from './stages.ts';
import type { StageRecord } from './way.ts';

type Outputs = Readonly<Record<string, OutputValue>>;

export interface PipelineResult {
	readonly stages: readonly Stage[];
	readonly records: readonly StageRecord[];
	readonly outputs: ReadonlyMap<Stage, Outputs>;
	/** The image as far as it has come: `registry/repository@digest`. */
	readonly image?: string;
	readonly variables: Readonly<Record<string, string>>;
	readonly failure?: PipelineError;
}

/** The story of one image so far. It is only ever added to, and handed from stage to stage. */
interface Journey {
	readonly context: Context;
	readonly records: readonly StageRecord[];
	readonly outputs: ReadonlyMap<Stage, Outputs>;
	readonly image?: string;
	readonly variables: Readonly<Record<string, string>>;
	readonly failure?: PipelineError;
}

/** Runs the chosen stages one after another in this process. The first that fails ends the way. */
export async function runPipeline(inputs: PipelineInputs, context: Context): Promise<PipelineResult> {
	let journey: Journey = {
		context,
		records: [],
		outputs: new Map(),
		variables: {},
		...(inputs.image === undefined ? {} : { image: inputs.image }),
	};
	for (const stage of STAGES.filter((name) => inputs.stages.includes(name))) {
		// Not a group: the actions open their own, and the runner does not nest them.
		context.log.info(`── ${stage}`);
		journey = await runStage(stage, inputs, journey);
		if (journey.failure !== undefined) break;
	}
	const { records, outputs, image, variables, failure } = journey;
	return {
		stages: inputs.stages,
		records,
		outputs,
		variables,
		...(image === undefined ? {} : { image }),
		...(failure === undefined ? {} : { failure }),
	};
}

async function runStage(stage: Stage, inputs: PipelineInputs, journey: Journey): Promise<Journey> {
	if (stage !== 'promote' || inputs.promoteRole === undefined)
		return advance(
			ACTIONS[stage] as Action<unknown, unknown>,
			stage,
			valuesFor(stage, inputs, journey),
			inputs,
			journey,
		);
	// Production has a role of its own: both logins are remembered, so the copy finds the credentials of each side.
	const context: Context = {
		...journey.context,
		saveState: (name, value) => journey.context.saveState(`promote-${name}`, value),
	};
	const loggedIn = await advance(
		ACTIONS.login as Action<unknown, unknown>,
		'login',
		{ 'role-to-assume': inputs.promoteRole, 'session-scope': '' },
		inputs,
		{ ...journey, context },
	);
	if (loggedIn.failure !== undefined) return loggedIn;
	const values = valuesFor('promote', inputs, journey);
	return advance(ACTIONS.promote as Action<unknown, unknown>, 'promote', values, inputs, {
		...loggedIn,
		records: journey.records,
		outputs: journey.outputs,
	});
}

/** Runs one action and adds what came of it to the story. */
async function advance(
	action: Action<unknown, unknown>,
	stage: Stage,
	values: Readonly<Record<string, string>>,
	inputs: PipelineInputs,
	journey: Journey,
): Promise<Journey> {
	const { context } = journey;
	const started = context.clock.now();
	const record = (outcome: StageRecord['outcome'], summary: string): StageRecord[] => [
		...journey.records,
		{ stage, outcome, milliseconds: context.clock.now() - started, summary },
	];
	try {
		const result = await action.run(readStage(action, stage, { ...inputs.env, ...context.env }, values), context);
		const outputs = action.outputs(result);
		const variables = action.variables?.(result) ?? {};
		const failure = action.failure?.(result);
		const image = typeof outputs.image === 'string' && outputs.image !== '' ? { image: outputs.image } : {};
		return {
			...journey,
			...image,
			context: { ...context, env: { ...context.env, ...variables } },
			records: record(failure === undefined ? 'passed' : 'failed', action.summary(result)),
			outputs: new Map([...journey.outputs, [stage, outputs]]),
			variables: { ...journey.variables, ...variables },
			...(failure === undefined ? {} : { failure }),
		};
	} catch (error) {
		return { ...journey, records: record('failed', ''), failure: asPipelineError(error, stage) };
	}
}

function valuesFor(stage: Stage, inputs: PipelineInputs, { image = '', outputs }: Journey): Record<string, string> {
	const text = (from: Stage, name: string): string => String(outputs.get(from)?.[name] ?? '');
	switch (stage) {
		case 'login':
			return repositoriesToScope(inputs.env);
		case 'build':
			return {};
		case 'scan':
			return { image };
		case 'gate':
			return { image, findings: text('scan', 'findings-file') };
		case 'promote':
			// In report mode a failed verdict lets the image pass, so there is no verdict to hold against it.
			return { image, 'verdict-file': text('gate', 'verdict') === 'passed' ? text('gate', 'verdict-file') : '' };
		case 'pin':
			return { images: inputs.container === undefined ? image : `${inputs.container}=${image}` };
	}
}

function asPipelineError(error: unknown, stage: Stage): PipelineError {
	if (error instanceof PipelineError) return error;
	return new PipelineError({
		code: 'service',
		attempted: `The stage ${stage} failed`,
		answer: messageOf(error),
		cause: error,
	});
}
