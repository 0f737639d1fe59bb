import { createInputs, type Env, type InputSource, type Inputs, messageOf, PipelineError } from '@ecr-pipeline/core';
import { ACTIONS } from './actions.ts';
import { chosenStages, STAGE_INPUTS, STAGES, type Stage } from './stages.ts';

export interface PipelineInputs {
	readonly env: Env;
	/** The stages that take part, in the order of the way. */
	readonly stages: readonly Stage[];
	/** The image that is there already, where nothing is built. */
	readonly image?: string;
	readonly container?: string;
	readonly promoteRole?: string;
}

const PLACEHOLDER_DIGEST = `sha256:${'0'.repeat(64)}`;

/** Checks the inputs of every stage that takes part before the first one begins; all problems are told at once. */
export function readInputs(inputs: Inputs, env: Env): PipelineInputs {
	const image = inputs.text('image');
	const container = inputs.text('container');
	const promoteRole = inputs.text('promote-role-to-assume');
	const stages = chosenStages(env);
	if (image === undefined && !stages.includes('build'))
		inputs.problem('repository', undefined, 'it is required when no image is given');
	if (image !== undefined && stages.includes('build'))
		inputs.problem('image', image, 'not together with repository: either an image is built, or one is there already');
	if (inputs.image('image') !== undefined && inputs.image('image')?.digest === undefined)
		inputs.problem('image', image, 'a digest is required, repository@sha256:…');
	const problems = [problemOf(() => inputs.finish()), ...checkStages(stages, env, image)].filter(
		(problem) => problem !== undefined,
	);
	if (problems.length > 0) throw new PipelineError({ code: 'invalid-input', attempted: problems.join('\n') });
	return {
		env,
		stages,
		...(image === undefined ? {} : { image }),
		...(container === undefined ? {} : { container }),
		...(promoteRole === undefined ? {} : { promoteRole }),
	};
}

interface InputReader<Input> {
	readonly readInputs: (inputs: Inputs, env: Env) => Input;
}

/** The inputs of one stage, as its own action reads them, with what the stages before it have found out. */
export function readStage<Input>(
	action: InputReader<Input>,
	stage: Stage,
	env: Env,
	values: Readonly<Record<string, string>>,
): Input {
	const known = Object.entries(values).map(([name, value]): [string, InputSource] => [name, { value }]);
	const inputs = createInputs(env, { ...STAGE_INPUTS[stage], ...Object.fromEntries(known) });
	const input = action.readInputs(inputs, env);
	inputs.finish();
	return input;
}

function checkStages(stages: readonly Stage[], env: Env, image: string | undefined): (string | undefined)[] {
	const placeholder = image ?? `image@${PLACEHOLDER_DIGEST}`;
	const region = env['INPUT_AWS-REGION']?.trim();
	const values: Readonly<Record<Stage, Readonly<Record<string, string>>>> = {
		login: repositoriesToScope(env),
		build: {},
		scan: { image: placeholder },
		gate: { findings: 'findings.json', image: placeholder },
		promote: { image: placeholder },
		pin: { images: placeholder },
	};
	const later: Env = region ? { ...env, AWS_REGION: region } : env;
	return STAGES.filter((stage) => stages.includes(stage)).map((stage) =>
		problemOf(() => readStage(ACTIONS[stage] as InputReader<unknown>, stage, later, values[stage])),
	);
}

/** A session scope is for the one repository that this pipeline is about. */
export function repositoriesToScope(env: Env): Record<string, string> {
	const repository = env.INPUT_REPOSITORY?.trim();
	return repository ? { repositories: repository } : {};
}

function problemOf(work: () => unknown): string | undefined {
	try {
		work();
		return undefined;
	} catch (error) {
		return messageOf(error);
	}
}
