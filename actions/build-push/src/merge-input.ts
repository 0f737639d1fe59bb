import { type Digest, type Inputs, isDigest, parseImageReference } from '@ecr-pipeline/core';

/**
 * Reads the input `merge`: digests (or images by digest) as a list, or as the JSON of a matrix job's outputs, of which
 * every value that is a digest counts. Undefined when nothing is to be merged.
 */
export function readMerge(inputs: Inputs, repository: string): Digest[] | undefined {
	const text = inputs.text('merge');
	if (text === undefined) return undefined;
	const json = /^[[{]/.test(text);
	const items = json ? jsonValues(text) : inputs.list('merge');
	if (items === undefined) {
		inputs.problem(
			'merge',
			undefined,
			'it starts like JSON and is none; expected digests, or toJSON(needs.build.outputs)',
		);
		return [];
	}
	const digests = new Set<Digest>();
	for (const item of items) {
		const digest = digestIn(item, repository);
		if (digest !== undefined) digests.add(digest);
		// Outputs hold much besides; a list that a person wrote does not.
		else if (!json) inputs.problem('merge', item, `each is a digest, or ${repository}@sha256:…`);
	}
	if (digests.size === 0) inputs.problem('merge', undefined, 'no digest is in it');
	return [...digests];
}

function digestIn(item: string, repository: string): Digest | undefined {
	if (isDigest(item)) return item;
	const reference = parseImageReference(item);
	return 'problem' in reference || reference.repository !== repository ? undefined : reference.digest;
}

function jsonValues(text: string): string[] | undefined {
	try {
		return Object.values(JSON.parse(text) as object).filter((value): value is string => typeof value === 'string');
	} catch {
		return undefined;
	}
}
