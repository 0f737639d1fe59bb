import { randomUUID } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { EOL, tmpdir } from 'node:os';
import { escapeCommandData, escapeCommandProperty } from './escape.ts';
import type { Env } from './inputs.ts';

/** What work may print. Text is one message; line ends in it are kept. */
export interface Log {
	info(message: string): void;
	/** Shown only with debug logging on. */
	debug(message: string): void;
	notice(message: string): void;
	warning(message: string): void;
	/** Folds what is printed meanwhile under a title. */
	group<T>(title: string, work: () => Promise<T>): Promise<T>;
}

export type OutputValue = string | number | boolean | object;

/** The door to GitHub's runner (docs.github.com, "Workflow commands for GitHub Actions"). */
export interface Runner extends Log {
	readonly env: Env;
	/** A directory that the runner empties after the job. */
	readonly temporaryDirectory: string;
	error(message: string, title?: string): void;
	/** Hides a value in everything the job prints from now on; each line of it by itself. */
	mask(secret: string): void;
	setOutput(name: string, value: OutputValue): void;
	exportVariable(name: string, value: string): void;
	/** Takes a variable out of this step's environment, and empties it for the later ones. */
	unsetVariable(name: string): void;
	/** Puts a directory in front of the PATH of the later steps. */
	addPath(directory: string): void;
	saveState(name: string, value: string): void;
	state(name: string): string;
	appendSummary(markdown: string): void;
}

/**
 * Speaks to the runner by its files and commands. Our own hundred lines rather than @actions/core, whose HTTP client
 * doubles the start-up time of every step (docs/decisions/0002-own-runner-door.md).
 */
export function createRunner(env: Record<string, string | undefined>, write: (text: string) => void): Runner {
	const command = (name: string, message: string, properties: Readonly<Record<string, string>> = {}): void => {
		const list = Object.entries(properties).map(([key, value]) => `${key}=${escapeCommandProperty(value)}`);
		write(`::${name}${list.length === 0 ? '' : ` ${list.join(',')}`}::${escapeCommandData(message)}${EOL}`);
	};
	const append = (variable: string, text: string): void => {
		const file = env[variable];
		if (file !== undefined && file !== '') appendFileSync(file, text);
	};
	const appendValue = (variable: string, name: string, value: OutputValue): void => {
		const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
		const delimiter = `ghadelimiter_${randomUUID()}`;
		append(variable, `${name}<<${delimiter}${EOL}${text}${EOL}${delimiter}${EOL}`);
	};
	return {
		env,
		temporaryDirectory: env.RUNNER_TEMP ?? tmpdir(),
		// A line that starts with "::" would be obeyed as a command, with white space in front of it too (TryParseV2 in the
		// runner's ActionCommand.cs); a zero-width space, which is none, makes it text again.
		info: (message) =>
			write(`${message.replace(/^((?:[^\S\r\n]|\u0085)*):(?=:)/gm, '$1:\u200b').replaceAll('##[', '##\u200b[')}${EOL}`),
		debug: (message) => command('debug', message),
		notice: (message) => command('notice', message),
		warning: (message) => command('warning', message),
		error: (message, title) => command('error', message, title === undefined ? {} : { title }),
		async group(title, work) {
			command('group', title);
			try {
				return await work();
			} finally {
				command('endgroup', '');
			}
		},
		mask(secret) {
			for (const line of secret.split(/\r?\n/)) if (line.trim() !== '') command('add-mask', line);
		},
		setOutput: (name, value) => appendValue('GITHUB_OUTPUT', name, value),
		exportVariable: (name, value) => appendValue('GITHUB_ENV', name, value),
		unsetVariable(name) {
			delete env[name];
			appendValue('GITHUB_ENV', name, '');
		},
		addPath: (directory) => append('GITHUB_PATH', `${directory}${EOL}`),
		saveState: (name, value) => appendValue('GITHUB_STATE', name, value),
		state: (name) => env[`STATE_${name}`] ?? '',
		appendSummary: (markdown) => append('GITHUB_STEP_SUMMARY', `${markdown}\n`),
	};
}
