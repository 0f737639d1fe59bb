import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Context, type Inputs, PipelineError } from '@ecr-pipeline/core';
import { csvField, splitLines } from './separated.ts';

/** A build secret: `id` is what the Dockerfile mounts. */
export type Secret =
	| { readonly kind: 'value'; readonly id: string; readonly value: string }
	| { readonly kind: 'file'; readonly id: string; readonly path: string }
	| { readonly kind: 'env'; readonly id: string; readonly variable: string };

const ID = /^[\w.-]+$/;

/** Reads the three inputs that name secrets. A secret's value is never part of a message. */
export function readSecrets(inputs: Inputs): Secret[] {
	const entries = (name: string): [string, string][] =>
		splitLines(inputs.text(name) ?? '').flatMap((line): [string, string][] => {
			const equals = line.indexOf('=');
			const id = line.slice(0, Math.max(equals, 0)).trim();
			if (ID.test(id) && equals < line.length - 1) return [[id, line.slice(equals + 1)]];
			inputs.problem(
				name,
				undefined,
				`each line is id=${name === 'secrets' ? 'value' : name.slice(7, -1)} (one is not)`,
			);
			return [];
		});
	return [
		...entries('secrets').map(([id, value]) => ({ kind: 'value' as const, id, value })),
		...entries('secret-files').map(([id, path]) => ({ kind: 'file' as const, id, path: path.trim() })),
		...entries('secret-envs').map(([id, variable]) => ({ kind: 'env' as const, id, variable: variable.trim() })),
	];
}

/**
 * Gives the work the `--secret` flags. Values are masked, written to files that only this user can read, and gone when
 * the work has ended, however it ended; arguments carry paths and names only.
 */
export async function withSecretFlags<T>(
	secrets: readonly Secret[],
	context: Pick<Context, 'env' | 'mask' | 'temporaryDirectory'>,
	work: (flags: readonly string[]) => Promise<T>,
): Promise<T> {
	if (secrets.length === 0) return work([]);
	for (const secret of secrets) {
		if (secret.kind === 'value') context.mask(secret.value);
		if (secret.kind === 'env') context.mask(await variable(secret, context.env));
	}
	// mkdtemp gives the directory mode 0700.
	const directory = await mkdtemp(join(context.temporaryDirectory, 'build-secrets-'));
	try {
		const flags: string[] = [];
		for (const [index, secret] of secrets.entries()) {
			flags.push('--secret', await flag(secret, join(directory, String(index))));
		}
		return await work(flags);
	} finally {
		await rm(directory, { recursive: true, force: true });
	}
}

async function flag(secret: Secret, ownPath: string): Promise<string> {
	if (secret.kind === 'env') return `id=${secret.id},env=${secret.variable}`;
	if (secret.kind === 'value') {
		await writeFile(ownPath, secret.value, { mode: 0o600, flag: 'wx' });
		return `id=${secret.id},${csvField(`src=${ownPath}`)}`;
	}
	const path = resolve(secret.path);
	const found = await stat(path).catch(() => undefined);
	if (found?.isFile()) return `id=${secret.id},${csvField(`src=${path}`)}`;
	throw new PipelineError({
		code: 'invalid-input',
		attempted: `Input "secret-files" names ${secret.path} for the secret ${secret.id}, and there is no such file`,
		fix: 'Nothing has been built.',
	});
}

async function variable({ id, variable: name }: Secret & { kind: 'env' }, env: Context['env']): Promise<string> {
	const value = env[name];
	if (value !== undefined && value !== '') return value;
	throw new PipelineError({
		code: 'invalid-input',
		attempted: `Input "secret-envs" names ${name} for the secret ${id}, and that variable is not set`,
		fix: 'Nothing has been built. Set it with env: on this step.',
	});
}
