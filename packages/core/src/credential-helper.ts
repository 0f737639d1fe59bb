import { text } from 'node:stream/consumers';
import { type Context, createContext } from './context.ts';
import { messageOf } from './errors.ts';
import { createRunner } from './runner.ts';

export interface HelperCredentials {
	readonly username: string;
	readonly password: string;
}

/**
 * Runs this process as a Docker credential helper (docker/docker-credential-helpers): the verb is the argument, the host
 * comes on stdin, the credentials go to stdout. Errors go to stdout too, with exit code 1, as the protocol wants it.
 * @param get undefined where the helper knows nothing of the host: tools then go on without credentials
 */
export async function runCredentialHelper(
	get: (host: string, context: Context) => Promise<HelperCredentials | undefined>,
): Promise<void> {
	const answer = (message: string, exitCode = 0): void => {
		process.exitCode = exitCode;
		process.stdout.write(`${message}\n`, () => process.exit());
	};
	const verb = process.argv[2];
	// Stored is nothing, so there is nothing to erase; a tool that logs out goes on.
	if (verb === 'erase') return answer('');
	if (verb === 'list') return answer('{}');
	if (verb !== 'get')
		return answer(`${verb ?? 'nothing'} is not supported: this helper mints tokens, it keeps none`, 1);
	try {
		const host = hostOf(await text(process.stdin));
		// Nothing but the answer may be on stdout, so the runner's commands go nowhere.
		const found = await get(host, createContext(createRunner(process.env, () => undefined)));
		if (found === undefined) answer('credentials not found in native keychain', 1);
		else answer(JSON.stringify({ ServerURL: host, Username: found.username, Secret: found.password }));
	} catch (error) {
		answer(messageOf(error), 1);
	}
}

/** Tools ask for a host, or for a URL of it. */
function hostOf(asked: string): string {
	return asked
		.trim()
		.replace(/^https?:\/\//, '')
		.replace(/\/.*$/, '');
}

/** The Node that runs this process, and a program that lies beside its main one. */
export function siblingProgram(file: string): { readonly node: string; readonly program: string } {
	const main = process.argv[1] ?? '';
	return { node: process.execPath, program: `${main.replace(/[^/\\]*$/, '')}${file}` };
}
