import { digestOf } from '@ecr-pipeline/core';
import { expect, it } from '@jest/globals';
import { fallbackEntries, fallbackTag, mergeFallback } from './fallback.ts';
import type { Manifest } from './manifest.ts';
import type { ImageRepository } from './repository.ts';

it('lists the referrers of all that write a fallback tag at the same time', async () => {
	const subject = digestOf('image');
	let held: Manifest | undefined;
	const target = {
		manifests: async () => new Map(held === undefined ? [] : [[fallbackTag(subject), held]]),
		putManifest: async (manifest: Manifest) => {
			held = manifest;
		},
	} as unknown as ImageRepository;
	const referrers = ['one', 'two', 'three'].map((text) => ({ mediaType: 'x', digest: digestOf(text), size: 3 }));
	await Promise.all(referrers.map((one) => mergeFallback(target, subject, [one])));
	expect(held === undefined ? [] : fallbackEntries(held, subject)).toEqual(referrers);
});
