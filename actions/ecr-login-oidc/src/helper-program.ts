import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { siblingProgram } from '@ecr-pipeline/core';
import { LOGINS_VARIABLE } from '@ecr-pipeline/ecr';
import { HELPER_NAME } from './docker-auth.ts';

/**
 * Puts the credential helper where the PATH of later steps will find it. It is one line that starts the helper's bundle
 * with the Node that runs this step, since a later step may have another one, or none.
 */
export async function writeHelperProgram(directory: string, record: string, platform: NodeJS.Platform): Promise<void> {
	const { node, program } = siblingProgram('helper.js');
	await mkdir(directory, { recursive: true, mode: 0o700 });
	if (platform === 'win32') {
		const lines = ['@echo off', `set "${LOGINS_VARIABLE}=${record}"`, `"${node}" "${program}" %*`, ''];
		await writeFile(join(directory, `docker-credential-${HELPER_NAME}.cmd`), lines.join('\r\n'));
		return;
	}
	const path = join(directory, `docker-credential-${HELPER_NAME}`);
	const lines = ['#!/bin/sh', `${LOGINS_VARIABLE}=${quoted(record)} exec ${quoted(node)} ${quoted(program)} "$@"`, ''];
	await writeFile(path, lines.join('\n'), { mode: 0o700 });
	await chmod(path, 0o700);
}

function quoted(text: string): string {
	return `'${text.replaceAll("'", "'\\''")}'`;
}
