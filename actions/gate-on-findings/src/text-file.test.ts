import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { openTextFile } from './text-file.ts';

const directory = (): string => mkdtempSync(join(tmpdir(), 'texts-'));

describe('lines outside the heap', () => {
	it('come back as they were, in any order, whatever their length, while more are added', () => {
		const store = openTextFile(directory());
		const lineOf = (index: number): string => `${index} ünï\u2028 `.repeat(index % 97 === 0 ? 9000 : (index % 13) + 1);
		for (let index = 0; index < 5000; index += 1) {
			expect(store.add(lineOf(index))).toBe(index);
			const before = (index * 7919) % (index + 1);
			if (index % 10 === 0) expect(store.line(before)).toBe(lineOf(before));
		}
		for (let index = 4999; index >= 0; index -= 1) expect(store.line(index)).toBe(lineOf(index));
	});

	// A file that is open can be without a name where the system is POSIX.
	(process.platform === 'win32' ? it.skip : it)('leave no file behind, and few of them need none', () => {
		const place = directory();
		const store = openTextFile(place);
		for (let index = 0; index < 2000; index += 1) store.add('x'.repeat(1000));
		expect(store.line(0)).toHaveLength(1000);
		expect(readdirSync(place)).toEqual([]);
	});
});
