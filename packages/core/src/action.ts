import { type Context, createContext } from './context.ts';
import { messageOf, type PipelineError } from './errors.ts';
import { createInputs, type Env, type Inputs } from './inputs.ts';
import { createRunner, type OutputValue, type Runner } from './runner.ts';

/** One action, as data walks through it: inputs → work → outputs. */
export interface Action<Input, Result> {
	readonly name: string;
	/** Reads and checks every input; nothing may happen before it has returned. */
	readonly readInputs: (inputs: Inputs, env: Env) => Input;
	readonly run: (input: Input, context: Context) => Promise<Result>;
	readonly outputs: (result: Result) => Readonly<Record<string, OutputValue>>;
	/** Environment variables for the later steps of the job. */
	readonly variables?: (result: Result) => Readonly<Record<string, string>>;
	/** Markdown for the job summary. */
	readonly summary: (result: Result) => string;
	/** A result whose outputs count although the step must fail: a failed verdict, a tag in conflict. */
	readonly failure?: (result: Result) => PipelineError | undefined;
}

/** Runs an action as the runner's process. An error becomes one annotation and a non-zero exit. */
export async function runAction<Input, Result>(action: Action<Input, Result>): Promise<void> {
	await atTheDoor(action.name, async (runner) => {
		const inputs = createInputs(runner.env);
		const input = action.readInputs(inputs, runner.env);
		inputs.finish();
		const result = await action.run(input, createContext(runner));
		publish(action, result, runner);
		const failure = action.failure?.(result);
		if (failure !== undefined) throw failure;
	});
}

/** Runs a post step: cleaning up must never fail a job whose work is done, so an error becomes a warning. */
export async function runPost(name: string, clean: (runner: Runner) => Promise<void>): Promise<void> {
	const runner = processRunner();
	try {
		await clean(runner);
	} catch (error) {
		runner.warning(`${name} could not clean up: ${messageOf(error)}`);
	}
}

function publish<Input, Result>(action: Action<Input, Result>, result: Result, runner: Runner): void {
	for (const [name, value] of Object.entries(action.outputs(result))) runner.setOutput(name, value);
	for (const [name, value] of Object.entries(action.variables?.(result) ?? {})) runner.exportVariable(name, value);
	runner.appendSummary(action.summary(result));
}

async function atTheDoor(name: string, work: (runner: Runner) => Promise<void>): Promise<void> {
	const runner = processRunner();
	try {
		await work(runner);
	} catch (error) {
		process.exitCode = 1;
		runner.error(messageOf(error), name);
		if (runner.env.RUNNER_DEBUG === '1' && error instanceof Error) runner.debug(error.stack ?? '');
	}
	// Idle keep-alive connections would hold the process for seconds; a flush of stdout is all that is still due.
	process.stdout.write('', () => process.exit());
}

function processRunner(): Runner {
	return createRunner(process.env, (text) => process.stdout.write(text));
}
