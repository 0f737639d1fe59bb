import { chmod, stat } from 'node:fs/promises';
import { type Context, PipelineError, writeFileAtomically } from '@ecr-pipeline/core';
import { resolvePath } from './paths.ts';
import type { Source } from './source.ts';

/**
 * Writes the result where it belongs; a file that says it already keeps its bytes and its time. A link stays a link, and
 * the file behind it keeps its mode.
 * @returns whether anything was written
 */
export async function writeResult({ mark, output, present }: Source, text: string, context: Context): Promise<boolean> {
	const bytes = Buffer.from(mark + text, 'utf8');
	if (present?.equals(bytes)) return false;
	const path = await resolvePath(output, context);
	try {
		const mode = present === undefined ? undefined : (await stat(path)).mode & 0o7777;
		await writeFileAtomically(path, bytes, mode ?? 0o644);
		// The umask may have narrowed it.
		if (mode !== undefined) await chmod(path, mode);
	} catch (error) {
		const { message } = error as Error;
		throw new PipelineError({
			code: 'environment',
			attempted: `Could not write ${output}`,
			answer: message,
			cause: error,
		});
	}
	return true;
}
