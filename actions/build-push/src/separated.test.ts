import { describe, expect, it } from '@jest/globals';
import { csvField, splitFields, splitLines } from './separated.ts';

describe('fields of a rule', () => {
	it('keep the commas that stand in quotes', () => {
		expect(splitFields('type=match,"pattern=v(.{1,3}),x",group=1')).toEqual([
			'type=match',
			'pattern=v(.{1,3}),x',
			'group=1',
		]);
	});

	it('read a doubled quote as one', () => {
		expect(splitFields('"say ""hi""",next')).toEqual(['say "hi"', 'next']);
	});

	it('leave a quote in the middle of a field alone', () => {
		expect(splitFields('a=b"c,d')).toEqual(['a=b"c', 'd']);
	});
});

describe('lines', () => {
	it('may go on in quotes, and empty ones go', () => {
		expect(splitLines('one=1\r\n\n"two=a\nb"\n')).toEqual(['one=1', 'two=a\nb']);
	});
});

describe('a field that docker reads as CSV', () => {
	it('is quoted only where it must be', () => {
		expect([csvField('src=/tmp/x'), csvField('src=/tmp/a,b')]).toEqual(['src=/tmp/x', '"src=/tmp/a,b"']);
	});
});
