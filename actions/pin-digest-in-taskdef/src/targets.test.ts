import type { Digest } from '@ecr-pipeline/core';
import { describe, expect, it } from '@jest/globals';
import { containersOf } from './definition.ts';
import { imageText } from './edit.ts';
import { type CompletePin, targetsOf } from './targets.ts';

const digest: Digest = `sha256:${'a'.repeat(64)}`;
const containers = containersOf(
	{
		containerDefinitions: [
			{ name: 'a', image: 'nginx:1' },
			{ name: 'b', image: 'r.example:5000/team/app:2@sha256:'.concat('b'.repeat(64)) },
			{ name: 'c', image: '<IMAGE>' },
			{ name: 'd', image: 'team/app' },
		],
	},
	'task.json',
);

function pinOf(repository: string, names: readonly string[] = [], tag?: string): CompletePin {
	return {
		containers: names,
		image: { registry: 'r.example', repository, digest, ...(tag === undefined ? {} : { tag }) },
	};
}

const namesOf = (...pins: CompletePin[]): string[] =>
	targetsOf(pins, containers, 'task.json').map(({ container }) => container.name);

describe('an image', () => {
	it('goes to every container of its repository, whichever registry, tag or digest it named', () => {
		expect(namesOf(pinOf('team/app'))).toEqual(['b', 'd']);
		expect(namesOf(pinOf('library/nginx'), pinOf('team/app'))).toEqual(['a', 'b', 'd']);
	});

	it('goes to a container by name, whatever that ran', () => {
		expect(namesOf(pinOf('team/app', ['c']))).toEqual(['c']);
	});

	it('may be given twice for one container, another image may not', () => {
		expect(namesOf(pinOf('team/app'), pinOf('team/app', ['d']))).toEqual(['b', 'd']);
		expect(() => namesOf(pinOf('team/app'), pinOf('team/other', ['d']))).toThrow(/"d" is given two images/);
	});
});

it('keeps a tag only when asked to: the one given, else the one that was there', () => {
	const [target] = targetsOf([pinOf('team/app', ['b'])], containers, 'task.json');
	const [tagged] = targetsOf([pinOf('team/app', ['b'], '3')], containers, 'task.json');
	if (target === undefined || tagged === undefined) throw new Error('no target');
	expect(imageText(tagged, false)).toBe(`r.example/team/app@${digest}`);
	expect(imageText(target, true)).toBe(`r.example/team/app:2@${digest}`);
	expect(imageText(tagged, true)).toBe(`r.example/team/app:3@${digest}`);
});

describe('what is no task definition', () => {
	it('is refused with what it probably is', () => {
		expect(() => containersOf({ taskDefinition: {} }, 'x')).toThrow(/--query taskDefinition/);
		expect(() => containersOf([], 'x')).toThrow(/no list "containerDefinitions"/);
		expect(() => containersOf({ containerDefinitions: [{ name: 'a' }, { name: 'a' }] }, 'x')).toThrow(
			/two containers named "a"/,
		);
	});
});
