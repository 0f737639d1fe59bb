import type { BuildEvent } from './event.ts';

const PREFIX = 'org.opencontainers.image';

/**
 * The labels of the image: where it comes from (OCI image-spec, annotations.md), and what the user adds or replaces.
 * `created` is the date of the commit, never of the build, so that building again gives the same labels.
 */
export function labelsOf(event: BuildEvent, given: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
	const own: [string, string | undefined][] = [
		[`${PREFIX}.revision`, event.sha || undefined],
		[`${PREFIX}.source`, event.sourceUrl],
		[`${PREFIX}.created`, event.commitDate?.toISOString().replace('.000Z', 'Z')],
	];
	const known = own.filter((entry): entry is [string, string] => entry[1] !== undefined);
	return new Map([...known, ...given]);
}
