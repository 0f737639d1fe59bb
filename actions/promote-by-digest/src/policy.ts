import { readFile } from 'node:fs/promises';
import { type Digest, digestOf, PipelineError } from '@ecr-pipeline/core';

/** The digest by which a verdict names a policy: that of the file's bytes. */
export async function readPolicyDigest(path: string): Promise<Digest> {
	const bytes = await readFile(path).catch((cause: unknown) => {
		throw new PipelineError({
			code: 'not-found',
			attempted: `Could not read the policy ${path}`,
			fix: 'Give the file that gate-on-findings was given, as it was then.',
			cause,
		});
	});
	return digestOf(bytes);
}
