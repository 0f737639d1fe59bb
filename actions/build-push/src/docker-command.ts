import { type Context, PipelineError } from '@ecr-pipeline/core';

export interface DockerOptions {
	/** The start of the sentence if it fails: `Could not build …`. */
	readonly attempted: string;
	/** Variables that are set (or, when undefined, taken away) for this command. */
	readonly env?: Readonly<Record<string, string | undefined>>;
	/** Shows each line as it comes. */
	readonly show?: boolean;
}

/** Runs docker and returns what it printed on stdout; a non-zero exit is an error with its last words. */
export async function docker(
	commandArguments: readonly string[],
	options: DockerOptions,
	context: Pick<Context, 'env' | 'run' | 'log'>,
): Promise<string> {
	const result = await context.run('docker', commandArguments, {
		env: { ...withoutInputs(context.env), ...options.env },
		...(options.show ? { onLine: (line: string) => context.log.info(line) } : {}),
	});
	if (result.exitCode === 0) return result.stdout;
	throw explain(options.attempted, result.exitCode, `${result.stdout}\n${result.stderr}`);
}

/** The inputs of a step are variables, and among them are secrets that no command has asked for. */
function withoutInputs(env: Context['env']): Record<string, string | undefined> {
	return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('INPUT_')));
}

function explain(attempted: string, exitCode: number, printed: string): PipelineError {
	const lines = printed.split('\n').filter((line) => line.trim() !== '');
	const said = lines.findLast((line) => /\berror\b|denied|invalid|failed/i.test(line)) ?? lines.at(-1) ?? '';
	return new PipelineError({
		code: codeOf(said),
		attempted,
		answer: `docker ended with ${exitCode}: ${said.trim()}`,
		...(fixOf(said) === undefined ? {} : { fix: fixOf(said) as string }),
	});
}

// What registries and the daemon are known to answer, and what helps.
const KNOWN: readonly (readonly [RegExp, PipelineError['code'], string])[] = [
	[
		/no basic auth credentials|authorization token has expired|authorization failed|403 Forbidden|denied/i,
		'access-denied',
		'Docker has no valid login for this registry, or its role may not push there: run ecr-login-oidc before this step, and grant the actions listed in the README.',
	],
	[
		/tag invalid|cannot be overwritten/i,
		'conflict',
		'The tag was set by somebody else meanwhile, and the repository makes tags immutable. Use another tag, or if-tag-exists: reuse.',
	],
	[/toomanyrequests|429|rate exceeded/i, 'throttled', 'The registry is at its rate limit; run the job again later.'],
	[
		/Cannot connect to the Docker daemon|permission denied while trying to connect/i,
		'environment',
		'Start the Docker daemon, or give this user access to it; a prebuilt image can be pushed without Docker by oci-layout.',
	],
];

function codeOf(said: string): PipelineError['code'] {
	return KNOWN.find(([pattern]) => pattern.test(said))?.[1] ?? 'service';
}

function fixOf(said: string): string | undefined {
	return KNOWN.find(([pattern]) => pattern.test(said))?.[2];
}
