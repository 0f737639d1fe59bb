import { spawn } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/** Runs a command to its end. @returns {Promise<{code: number | null, stdout: string, stderr: string}>} 127 when it is not there */
export async function run(command, args, { env = process.env, cwd, input } = {}) {
	const child = spawn(command, args, { env, cwd, stdio: ['pipe', 'pipe', 'pipe'] });
	let stdout = '';
	let stderr = '';
	child.stdout.on('data', (data) => {
		stdout += data;
	});
	child.stderr.on('data', (data) => {
		stderr += data;
	});
	child.stdin.on('error', () => undefined);
	child.stdin.end(input);
	return new Promise((resolve) => {
		child.once('error', (error) => resolve({ code: 127, stdout, stderr: String(error) }));
		child.once('close', (code) => resolve({ code, stdout, stderr }));
	});
}

/** As `run`, for commands that must succeed. @returns what it printed @throws with what it said */
export async function must(command, args, options) {
	const { code, stdout, stderr } = await run(command, args, options);
	if (code !== 0)
		throw new Error(`${command} ${args.join(' ')} ended with ${code}: ${(stderr || stdout).trim().slice(-2000)}`);
	return stdout;
}

/** Where a command is on the PATH, or undefined. */
export async function find(command) {
	for (const directory of (process.env.PATH ?? '').split(delimiter)) {
		const path = join(directory, command);
		const there = await access(path, constants.X_OK).then(
			() => true,
			() => false,
		);
		if (there) return path;
	}
	return undefined;
}
