import { readFile } from 'node:fs/promises';
import type { Context, Digest } from '@ecr-pipeline/core';
import { attachVerdict, openRegistries } from '@ecr-pipeline/ecr';

/** What is attached, and to which image. */
export interface Attachment {
	/** Absent: completed from the logins of the job. */
	readonly registry?: string;
	readonly repository: string;
	readonly digest: Digest;
	readonly verdictFile: string;
	/** Milliseconds since 1970. */
	readonly now: number;
}

/** Pushes the verdict file, byte for byte, as a referrer of the image. @returns the digest of the referrer */
export async function attach(attachment: Attachment, context: Context): Promise<Digest> {
	const { digest, verdictFile, now, registry, repository } = attachment;
	const registries = await openRegistries(context);
	const place = registries.complete({ ...(registry === undefined ? {} : { registry }), repository, digest });
	const target = await registries.repository(place);
	const referrer = await attachVerdict(target, digest, await readFile(verdictFile, 'utf8'), now);
	context.log.info(`The verdict is attached to ${target.name}@${digest} as ${referrer}.`);
	return referrer;
}
