import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

export interface Executed {
	readonly exitCode: number;
	readonly stdout: string;
	readonly stderr: string;
}

/** Runs a command as a later step of the job would: found on that job's PATH, in that job's environment. */
export function execute(
	command: string,
	commandArguments: readonly string[],
	env: Readonly<Record<string, string | undefined>>,
	stdin = '',
): Promise<Executed> {
	const directory = (env.PATH ?? '').split(delimiter).find((item) => existsSync(join(item, command)));
	return new Promise((resolve, reject) => {
		const child = spawn(directory === undefined ? command : join(directory, command), commandArguments, { env });
		const text = { stdout: '', stderr: '' };
		for (const name of ['stdout', 'stderr'] as const)
			child[name].setEncoding('utf8').on('data', (chunk: string) => {
				text[name] += chunk;
			});
		child.on('error', reject);
		child.on('close', (exitCode) => resolve({ exitCode: exitCode ?? 1, ...text }));
		child.stdin.on('error', () => undefined);
		child.stdin.end(stdin);
	});
}
