import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
	type AwsCredentials,
	type Context,
	PipelineError,
	removeUnfinished,
	writeFileAtomically,
} from '@ecr-pipeline/core';
import type { RegistryCredentials } from '@ecr-pipeline/registry';
import type { SessionRequest } from './session.ts';

/** The environment variable that leads later steps to the record. */
export const LOGINS_VARIABLE = 'ECR_PIPELINE_LOGINS';

/** One registry that a step of this job has logged in to, and how AWS is spoken to for it. */
export interface Login {
	/** The step that logged in: it takes out its own logins again. */
	readonly step: string;
	/** ECR Public has another API; absent for a private registry. */
	readonly type?: 'public';
	/** Host with port, as in an image reference. */
	readonly registry: string;
	/** `https:`, or `http:` on loopback. */
	readonly protocol: 'http:' | 'https:';
	readonly accountId: string;
	readonly region: string;
	/** Absent where nothing secret is to be on disk: each step gets its own. */
	readonly registryCredentials?: RegistryCredentials;
	/** ISO 8601. */
	readonly registryCredentialsExpire: string;
	/** Patterns of the repositories that the session was narrowed to; absent: all that its role may. */
	readonly repositories?: readonly string[];
	/** Absent for a login with ambient credentials: the SDK's own chain finds them again. */
	readonly session?: LoginSession;
}

export interface LoginSession {
	/** Not a secret: by it a step knows the session again in its environment. */
	readonly accessKeyId: string;
	/** Absent where nothing secret is to be on disk. */
	readonly secrets?: { readonly secretAccessKey: string; readonly sessionToken: string };
	/** ISO 8601. */
	readonly expiration: string;
	/** How to get the next one when this one has ended. */
	readonly request: SessionRequest;
}

interface LoginRecord {
	readonly version: 2;
	readonly logins: readonly Login[];
}

/** The path of the record: the one of this job if a step has begun one, else a new one. */
export function loginsPath(context: Pick<Context, 'env' | 'temporaryDirectory'>): string {
	return context.env[LOGINS_VARIABLE] || join(context.temporaryDirectory, 'ecr-pipeline-logins.json');
}

/** All logins of this job, the newest last; none when no login step has run. */
export async function readLogins(context: Pick<Context, 'env'>): Promise<readonly Login[]> {
	const path = context.env[LOGINS_VARIABLE];
	if (path === undefined || path === '') return [];
	const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
		if (error.code === 'ENOENT') return undefined;
		throw error;
	});
	if (text === undefined) return [];
	const record = JSON.parse(text) as LoginRecord;
	if (record.version !== 2) {
		throw new PipelineError({
			code: 'environment',
			attempted: `Could not read the record of logins ${path}`,
			answer: `its version is ${String(record.version)}`,
			fix: 'Use the same release of the suite in every step of the job.',
		});
	}
	return record.logins;
}

/**
 * Adds logins to the record. One for the same registry by the same roles replaces the older; another role to the same
 * registry stands beside it (see `loginFor`).
 */
export async function recordLogins(
	context: Pick<Context, 'env' | 'temporaryDirectory'>,
	added: readonly Login[],
): Promise<string> {
	const path = loginsPath(context);
	const names = new Set(added.map(identity));
	const kept = (await readLogins({ env: { ...context.env, [LOGINS_VARIABLE]: path } })).filter(
		(login) => !names.has(identity(login)),
	);
	await writeRecord(path, [...kept, ...added]);
	return path;
}

/** Takes the logins of a step out of the record again. */
export async function forgetLogins(path: string, step: string): Promise<void> {
	const logins = await readLogins({ env: { [LOGINS_VARIABLE]: path } });
	const kept = logins.filter((login) => login.step !== step);
	await removeUnfinished(path);
	if (kept.length > 0) await writeRecord(path, kept);
	else await rm(path, { force: true });
}

/**
 * The login to use for a repository: of those for its registry the newest that was narrowed to repositories with that one
 * among them, or was not narrowed at all; when none fits, or no repository is named, the newest.
 */
export function loginFor(logins: readonly Login[], registry: string, repository?: string): Login | undefined {
	return loginsFor(logins, registry, repository)[0];
}

/** All logins that may be for a repository, in that order: each may be permitted what the others are not. */
export function loginsFor(logins: readonly Login[], registry: string, repository?: string): readonly Login[] {
	const candidates = logins.filter((login) => login.registry === registry).reverse();
	const fitting = candidates.filter(
		({ repositories }) =>
			repository === undefined ||
			repositories === undefined ||
			repositories.some((pattern) => matches(pattern, repository)),
	);
	return fitting.length > 0 ? fitting : candidates.slice(0, 1);
}

/** A resource pattern as IAM reads it: "*" is any characters, "/" among them. */
function matches(pattern: string, name: string): boolean {
	const parts = pattern.split('*').map((part) => part.replace(/[.+^${}()|[\]\\?]/g, '\\$&'));
	return new RegExp(`^${parts.join('.*')}$`).test(name);
}

function identity({ registry, repositories, session }: Login): string {
	const { role, chain } = session?.request ?? {};
	return JSON.stringify([registry, role, chain, repositories]);
}

async function writeRecord(path: string, logins: readonly Login[]): Promise<void> {
	const record: LoginRecord = { version: 2, logins };
	await writeFileAtomically(path, JSON.stringify(record), 0o600);
}

/**
 * The credentials of a recorded session, in the SDK's shape: from the record, or from the environment when the session
 * was exported. Undefined when neither has them.
 */
export function sessionCredentials(session: LoginSession, env: Context['env']): AwsCredentials | undefined {
	const { accessKeyId, secrets } = session;
	const expiration = new Date(session.expiration);
	if (secrets !== undefined) return { accessKeyId, ...secrets, expiration };
	const { AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN: sessionToken } = env;
	if (!isExported(session, env) || !secretAccessKey || !sessionToken) return undefined;
	return { accessKeyId, secretAccessKey, sessionToken, expiration };
}

/** Tells whether the credentials in the environment are those of the session. */
export function isExported({ accessKeyId }: LoginSession, env: Context['env']): boolean {
	return env.AWS_ACCESS_KEY_ID === accessKeyId;
}
