import { digestOf } from '@ecr-pipeline/core';
import type { ImageRepository } from '@ecr-pipeline/registry';
import { expect, it } from '@jest/globals';
import { CREATED_ANNOTATION, PREDICATE_ANNOTATION, STATEMENT_TYPE } from './statement-referrer.ts';
import { findVerdicts } from './verdict-referrer.ts';

function verdict(name: string, created: string) {
	return {
		mediaType: 'application/vnd.oci.image.manifest.v1+json',
		digest: digestOf(name),
		size: 1,
		artifactType: STATEMENT_TYPE,
		annotations: {
			[PREDICATE_ANNOTATION]: 'https://slsa.dev/verification_summary/v1',
			[CREATED_ANNOTATION]: created,
		},
	};
}

it.each([
	['another time zone', '2026-03-01T10:30:00.000Z', '2026-03-01T09:45:00-05:00'],
	['no fractions of a second', '2026-03-01T10:30:00Z', '2026-03-01T10:30:00.500Z'],
])('takes the newest verdict where one is written with %s', async (_what, older, newer) => {
	const source = {
		name: 'registry.example/app',
		referrers: async () => [verdict('older', older), verdict('newer', newer)],
		// Which one is read is told by the error that it is not there.
		manifests: async () => new Map(),
	} as unknown as ImageRepository;
	await expect(findVerdicts(source, digestOf('image'))).rejects.toThrow(`app@${digestOf('newer')}`);
});
