import { digestOf } from '@ecr-pipeline/core';
import { describe, expect, it } from '@jest/globals';
import { isTagImmutable, planTags, tagConflict } from './tags.ts';

const OURS = digestOf('ours');
const OTHER = digestOf('other');
const never = () => false;

describe('isTagImmutable', () => {
	const filters = [{ filterType: 'WILDCARD' as const, filter: 'latest*' }];
	it.each([
		['MUTABLE', 'v1', false],
		['IMMUTABLE', 'v1', true],
		['IMMUTABLE_WITH_EXCLUSION', 'v1', true],
		['IMMUTABLE_WITH_EXCLUSION', 'latest-arm', false],
		['MUTABLE_WITH_EXCLUSION', 'v1', false],
		['MUTABLE_WITH_EXCLUSION', 'latest', true],
	] as const)('%s and the tag %s: %s', (imageTagMutability, tag, immutable) => {
		const imageTagMutabilityExclusionFilters = imageTagMutability.endsWith('EXCLUSION') ? filters : [];
		expect(isTagImmutable({ imageTagMutability, imageTagMutabilityExclusionFilters }, tag)).toBe(immutable);
	});

	it('takes no character of a filter but * for a pattern', () => {
		const settings = {
			imageTagMutability: 'IMMUTABLE_WITH_EXCLUSION' as const,
			imageTagMutabilityExclusionFilters: [{ filterType: 'WILDCARD' as const, filter: 'v1.*' }],
		};
		expect(isTagImmutable(settings, 'v1.2')).toBe(false);
		expect(isTagImmutable(settings, 'v1x2')).toBe(true);
	});
});

describe('planTags', () => {
	const existing = new Map([
		['same', OURS],
		['taken', OTHER],
	]);

	it('creates what is not there and leaves what stands on the digest already', () => {
		expect(planTags(['new', 'same'], OURS, existing, 'verify', never).map(({ outcome }) => outcome)).toEqual([
			'created',
			'unchanged',
		]);
	});

	it('never moves a tag under verify', () => {
		expect(planTags(['taken'], OURS, existing, 'verify', never)).toMatchObject([
			{ outcome: 'conflict', previous: OTHER },
		]);
	});

	it('moves a tag only where the repository allows it', () => {
		expect(planTags(['taken'], OURS, existing, 'move', never)).toMatchObject([{ outcome: 'moved', previous: OTHER }]);
		expect(planTags(['taken'], OURS, existing, 'move', () => true)).toMatchObject([{ outcome: 'conflict' }]);
	});

	it('fails on any tag that is there, when told to', () => {
		expect(planTags(['same'], OURS, existing, 'fail', never)).toMatchObject([{ outcome: 'conflict' }]);
	});
});

describe('tagConflict', () => {
	it('names both digests', () => {
		const error = tagConflict(planTags(['taken'], OURS, new Map([['taken', OTHER]]), 'verify', never), OURS, 'r/app');
		expect(error?.message).toContain(OURS);
		expect(error?.message).toContain(`the tag taken stands on ${OTHER}`);
	});

	it('is none where nothing conflicts', () => {
		expect(tagConflict(planTags(['new'], OURS, new Map(), 'verify', never), OURS, 'r/app')).toBeUndefined();
	});
});
