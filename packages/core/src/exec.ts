import { PipelineError } from './errors.ts';

export interface CommandOptions {
	/** What the command reads; secrets go this way or by `env`, never as arguments. */
	readonly stdin?: string;
	/** The whole environment of the command. */
	readonly env: Readonly<Record<string, string | undefined>>;
	readonly cwd?: string;
	/** Called for each line of both streams as it comes. */
	readonly onLine?: (line: string) => void;
}

export interface CommandResult {
	readonly exitCode: number;
	readonly stdout: string;
	readonly stderr: string;
}

/** Runs a command, given as the argument it is passed as: tests bring their own. */
export type RunCommand = (
	command: string,
	commandArguments: readonly string[],
	options: CommandOptions,
) => Promise<CommandResult>;

/**
 * Runs a command without a shell and collects what it prints. A non-zero exit is a result, not an error; a command that
 * is not there is an error with code `environment`.
 */
export const runCommand: RunCommand = async (command, commandArguments, options) => {
	// Loaded where a command is run: most steps run none, and these two cost as much as all of our own code.
	const [{ spawn }, { createInterface }] = await Promise.all([import('node:child_process'), import('node:readline')]);
	return new Promise((resolve, reject) => {
		const child = spawn(command, commandArguments, {
			env: options.env,
			...(options.cwd === undefined ? {} : { cwd: options.cwd }),
			stdio: ['pipe', 'pipe', 'pipe'],
			windowsHide: true,
		});
		const collect = (stream: NodeJS.ReadableStream): string[] => {
			const lines: string[] = [];
			createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on('line', (line) => {
				lines.push(line);
				options.onLine?.(line);
			});
			return lines;
		};
		const stdout = collect(child.stdout);
		const stderr = collect(child.stderr);
		child.on('error', (cause: NodeJS.ErrnoException) =>
			reject(
				new PipelineError({
					code: 'environment',
					attempted: `Could not run ${command}`,
					answer: cause.code === 'ENOENT' ? 'it is not installed or not on the PATH' : cause.message,
					cause,
				}),
			),
		);
		child.on('close', (code) => resolve({ exitCode: code ?? 1, stdout: stdout.join('\n'), stderr: stderr.join('\n') }));
		// A command that ends without reading must not bring the step down with EPIPE.
		child.stdin.on('error', () => undefined);
		child.stdin.end(options.stdin ?? '');
	});
};
