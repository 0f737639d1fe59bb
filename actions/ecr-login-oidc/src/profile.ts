import { readFile, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import {
	type AwsCredentials,
	type Clock,
	type Context,
	removeUnfinished,
	writeFileAtomically,
} from '@ecr-pipeline/core';
import { withLock } from './lock.ts';

/** What was done to the two files that AWS tools share. It may hold secrets of the user's own: mode 0600. */
export interface ProfileChange {
	/** All that is to be changed; a process that is killed can leave the lock of each behind. */
	readonly paths: readonly string[];
	/** What has been changed of them so far. */
	readonly files: readonly FileChange[];
}

interface FileChange {
	readonly path: string;
	readonly header: string;
	readonly written: string;
	/** The section before; null where there was none. */
	readonly before: string | null;
	/** The file was not there before. */
	readonly created: boolean;
}

/** Where the files are, as every AWS tool looks for them (AWS SDKs and Tools guide, "Shared config and credentials files"). */
function sharedFiles(env: Context['env']): { readonly credentials: string; readonly config: string } {
	const home = join(env.HOME || env.USERPROFILE || homedir(), '.aws');
	return {
		credentials: env.AWS_SHARED_CREDENTIALS_FILE || join(home, 'credentials'),
		config: env.AWS_CONFIG_FILE || join(home, 'config'),
	};
}

/**
 * Writes credentials and region to a profile, for tools that take `--profile`.
 * @param changePath where to note what was there before, which happens first
 */
export async function writeProfile(
	profile: string,
	{ credentials, region }: { readonly credentials: Required<AwsCredentials>; readonly region: string },
	changePath: string,
	{ env, clock }: Pick<Context, 'env' | 'clock'>,
): Promise<void> {
	const paths = sharedFiles(env);
	const secrets = [
		`aws_access_key_id = ${credentials.accessKeyId}`,
		`aws_secret_access_key = ${credentials.secretAccessKey}`,
		`aws_session_token = ${credentials.sessionToken}`,
	];
	// Only the default profile is called by its bare name in the config file.
	const configHeader = profile === 'default' ? '[default]' : `[profile ${profile}]`;
	const files: FileChange[] = [];
	const note = (): Promise<void> => {
		const change: ProfileChange = { paths: Object.values(paths), files };
		return writeFileAtomically(changePath, JSON.stringify(change), 0o600);
	};
	await note();
	for (const [path, header, lines] of [
		[paths.credentials, `[${profile}]`, secrets],
		[paths.config, configHeader, [`region = ${region}`]],
	] as const) {
		await withLock(path, clock, async () => {
			const text = await readText(path);
			const written = `${header}\n${lines.join('\n')}\n`;
			const { before, after } = replaceSection(text ?? '', header, written);
			files.push({ path, header, written, before, created: text === undefined });
			await note();
			await writeFileAtomically(path, after, 0o600);
		});
	}
}

/** Puts the sections back as they were, unless somebody else has changed them since. */
export async function restoreProfile(changePath: string, clock: Clock): Promise<void> {
	await removeUnfinished(changePath);
	const noted = await readText(changePath);
	if (noted === undefined) return;
	const { paths, files } = JSON.parse(noted) as ProfileChange;
	for (const path of paths) {
		const change = files.find((one) => one.path === path);
		await withLock(path, clock, async () => {
			await removeUnfinished(path);
			if (change !== undefined) await restore(change);
		});
	}
	await rm(changePath, { force: true });
}

async function restore({ path, header, written, before, created }: FileChange): Promise<void> {
	const text = (await readText(path)) ?? '';
	const found = replaceSection(text, header, before ?? '');
	if (found.before?.trim() !== written.trim()) return;
	if (created && found.after.trim() === '') await rm(path);
	else await writeFileAtomically(path, found.after, 0o600);
}

/** Replaces one section of an INI file, or adds it at the end; everything else stays as it is. */
function replaceSection(text: string, header: string, section: string): { before: string | null; after: string } {
	const lines = text.split(/(?<=\n)/);
	const isHeader = (line: string): boolean => /^\s*\[/.test(line);
	const start = lines.findIndex((line) => isHeader(line) && line.trim().replace(/\s+/g, ' ') === header);
	if (start === -1) {
		const gap = text === '' || text.endsWith('\n') ? '' : '\n';
		return { before: null, after: `${text}${gap}${section}` };
	}
	const next = lines.findIndex((line, index) => index > start && isHeader(line));
	const end = next === -1 ? lines.length : next;
	return {
		before: lines.slice(start, end).join(''),
		after: [...lines.slice(0, start), section, ...lines.slice(end)].join(''),
	};
}

async function readText(path: string): Promise<string | undefined> {
	return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
		if (error.code === 'ENOENT') return undefined;
		throw error;
	});
}
