import { rm } from 'node:fs/promises';
import { type Context, messageOf, type Runner } from '@ecr-pipeline/core';
import { forgetLogins } from '@ecr-pipeline/ecr/logins';
import { logOutDocker } from './docker-auth.ts';
import { restoreProfile } from './profile.ts';

/** What has to be undone. Paths and names only: the state of a step is readable by others. */
export interface LogoutState {
	/** The name under which this step is found in the record and in Docker's configuration. */
	readonly step: string;
	readonly registries: readonly string[];
	/** The record of logins. */
	readonly record: string;
	/** Docker's configuration; absent when that was left alone. */
	readonly dockerConfig?: string;
	/** The directory of the credential helper. */
	readonly helperDirectory?: string;
	/** The file with what was changed in the AWS profiles. */
	readonly profileChange?: string;
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
export async function logOut(
	runner: Pick<Runner, 'state' | 'info' | 'env'>,
	{ clock, run }: Pick<Context, 'clock' | 'run'>,
	prefix = '',
): Promise<void> {
	const text = runner.state(`${prefix}${STATE}`);
	if (text === '') return;
	const { step, registries, record, dockerConfig, helperDirectory, profileChange } = JSON.parse(text) as LogoutState;
	const problems: string[] = [];
	const attempt = async (work: () => Promise<unknown>): Promise<void> => {
		await work().catch((error: unknown) => problems.push(messageOf(error)));
	};
	await attempt(() => forgetLogins(record, step));
	if (dockerConfig !== undefined)
		await attempt(() => logOutDocker(dockerConfig, step, { clock, run, env: runner.env }));
	if (helperDirectory !== undefined) await attempt(() => rm(helperDirectory, { recursive: true, force: true }));
	if (profileChange !== undefined) await attempt(() => restoreProfile(profileChange, clock));
	if (problems.length > 0) throw new Error(problems.join('; '));
	runner.info(`Logged out of ${registries.join(', ')}.`);
}
