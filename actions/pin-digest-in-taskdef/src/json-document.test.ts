import { describe, expect, it } from '@jest/globals';
import { decodeText, parseDocument } from './json-document.ts';

describe('the bytes of a file', () => {
	it('come back exactly, byte order mark and all', () => {
		const bytes = Buffer.from('\ufeff{"a": "ä€𝄞"}\r\n', 'utf8');
		const { mark, text } = decodeText(bytes, 'task.json');
		expect(text.startsWith('{')).toBe(true);
		expect(Buffer.from(mark + text, 'utf8').equals(bytes)).toBe(true);
	});

	it('are refused when they are not UTF-8', () => {
		expect(() => decodeText(Buffer.from('\ufeff{}', 'utf16le'), 'task.json')).toThrow(
			/task\.json: it is not UTF-8\. Save it as UTF-8/,
		);
	});
});

describe('a document', () => {
	it('may have comments and a comma at the end', () => {
		expect(parseDocument('// a\n{"a": [1, /* b */ 2,],}', 'x').type).toBe('object');
	});

	it('is refused with line and column where it is broken', () => {
		expect(() => parseDocument('{\n  "a": 1\n  "b": 2\n}', 'task.json')).toThrow(/CommaExpected at line 3, column 3/);
		expect(() => parseDocument('', 'task.json')).toThrow(/task\.json/);
	});

	it('is refused when a key stands twice, wherever that is', () => {
		expect(() => parseDocument('{"a": [{"image": "x",\n "image": "y"}]}', 'task.json')).toThrow(
			/the key "image" stands twice, again at line 2, column 2/,
		);
	});
});
