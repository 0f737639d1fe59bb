import { readFile, rm } from 'node:fs/promises';
import { type Clock, type Context, messageOf, type Runner } from '@ecr-pipeline/core';
import { forgetLogins } from '@ecr-pipeline/ecr/logins';
import { type DockerChange, restoreDocker } from './docker-auth.ts';

/** What has to be undone. Paths and names only: the state of a step is readable by others. */
export interface LogoutState {
	readonly registries: readonly string[];
	/** The record of logins. */
	readonly record: string;
	/** The file with what was changed in Docker's configuration; empty when that was left alone. */
	readonly dockerChange: string;
}

const STATE = 'logout';

/** Hands over to the post step before anything is changed, so that a failure half-way is cleaned up too. */
export function rememberForLogout(state: LogoutState, context: Pick<Context, 'saveState'>): void {
	context.saveState(STATE, JSON.stringify(state));
}

/**
 * Logs out of exactly what the main step logged in to, puts back what was there, removes the files.
 * @param prefix what stands before the name of the state, where one step has logged in more than once
 */
export async function logOut(runner: Pick<Runner, 'state' | 'info'>, clock: Clock, prefix = ''): Promise<void> {
	const text = runner.state(`${prefix}${STATE}`);
	if (text === '') return;
	const { registries, record, dockerChange } = JSON.parse(text) as LogoutState;
	const problems: string[] = [];
	const attempt = (work: Promise<unknown>): Promise<unknown> =>
		work.catch((error: unknown) => problems.push(messageOf(error)));
	await attempt(forgetLogins(record, registries));
	if (dockerChange !== '') await attempt(undoDocker(dockerChange, clock));
	if (problems.length > 0) throw new Error(problems.join('; '));
	runner.info(`Logged out of ${registries.join(', ')}.`);
}

async function undoDocker(path: string, clock: Clock): Promise<void> {
	const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
		if (error.code === 'ENOENT') return undefined;
		throw error;
	});
	if (text === undefined) return;
	await restoreDocker(JSON.parse(text) as DockerChange, { clock });
	await rm(path, { force: true });
}
