import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type AwsCredentials, type Context, PipelineError, writeFileAtomically } from '@ecr-pipeline/core';
import type { RegistryCredentials } from '@ecr-pipeline/registry';
import type { SessionRequest } from './session.ts';

/** The environment variable that leads later steps to the record. */
export const LOGINS_VARIABLE = 'ECR_PIPELINE_LOGINS';

/** One registry that a step of this job has logged in to, and how AWS is spoken to for it. */
export interface Login {
	/** Host with port, as in an image reference. */
	readonly registry: string;
	/** `https:`, or `http:` on loopback. */
	readonly protocol: 'http:' | 'https:';
	readonly accountId: string;
	readonly region: string;
	readonly registryCredentials: RegistryCredentials;
	/** ISO 8601. */
	readonly registryCredentialsExpire: string;
	/** Absent for a login with ambient credentials: the SDK's own chain finds them again. */
	readonly session?: LoginSession;
}

export interface LoginSession {
	readonly accessKeyId: string;
	readonly secretAccessKey: string;
	readonly sessionToken: string;
	/** ISO 8601. */
	readonly expiration: string;
	/** How to get the next one when this one has ended. */
	readonly request: SessionRequest;
}

interface LoginRecord {
	readonly version: 1;
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
	if (record.version !== 1) {
		throw new PipelineError({
			code: 'environment',
			attempted: `Could not read the record of logins ${path}`,
			answer: `its version is ${String(record.version)}`,
			fix: 'Use the same release of the suite in every step of the job.',
		});
	}
	return record.logins;
}

/** Adds logins to the record; one for the same registry replaces the older. */
export async function recordLogins(
	context: Pick<Context, 'env' | 'temporaryDirectory'>,
	added: readonly Login[],
): Promise<string> {
	const path = loginsPath(context);
	const names = new Set(added.map(({ registry }) => registry));
	const kept = (await readLogins({ env: { ...context.env, [LOGINS_VARIABLE]: path } })).filter(
		({ registry }) => !names.has(registry),
	);
	await writeRecord(path, [...kept, ...added]);
	return path;
}

/** Takes logins out of the record again. */
export async function forgetLogins(path: string, registries: readonly string[]): Promise<void> {
	const logins = await readLogins({ env: { [LOGINS_VARIABLE]: path } });
	const kept = logins.filter(({ registry }) => !registries.includes(registry));
	if (kept.length > 0) await writeRecord(path, kept);
	else await rm(path, { force: true });
}

async function writeRecord(path: string, logins: readonly Login[]): Promise<void> {
	const record: LoginRecord = { version: 1, logins };
	await writeFileAtomically(path, JSON.stringify(record), 0o600);
}

/** The credentials of a recorded session, in the SDK's shape. */
export function sessionCredentials(session: LoginSession): AwsCredentials {
	const { accessKeyId, secretAccessKey, sessionToken, expiration } = session;
	return { accessKeyId, secretAccessKey, sessionToken, expiration: new Date(expiration) };
}
