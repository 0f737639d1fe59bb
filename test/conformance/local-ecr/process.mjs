import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../../packages/local-ecr/src/main.ts', import.meta.url));

/**
 * Starts local-ecr as a person does: a process of its own, on a port that is free.
 * @param {readonly string[]} options of its command line
 */
export async function startServer(options = []) {
	const process_ = spawn(process.execPath, [MAIN, '--port', '0', '--print-env', 'json', ...options], {
		stdio: ['ignore', 'pipe', 'inherit'],
	});
	const lines = createInterface({ input: process_.stdout });
	const [line] = await Promise.race([once(lines, 'line'), once(process_, 'exit').then(() => [undefined])]);
	if (line === undefined) throw new Error('local-ecr did not start');
	const { url, port, environment } = JSON.parse(line);
	const stop = async () => {
		process_.kill('SIGTERM');
		await once(process_, 'exit');
	};
	return { url, port, host: `127.0.0.1:${port}`, pid: process_.pid, environment, stop };
}

/** Runs a command to its end. @returns {Promise<{code: number | null, stdout: string, stderr: string}>} */
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

/** Where a command is, or undefined: what is not there is reported by who needs it. */
export async function find(command) {
	const { code, stdout } = await run('sh', ['-c', `command -v ${command}`]);
	return code === 0 ? stdout.trim() : undefined;
}
