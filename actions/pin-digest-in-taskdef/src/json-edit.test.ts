import { describe, expect, it } from '@jest/globals';
import { setValue } from './json-edit.ts';

describe('a value that is there', () => {
	it('is replaced between its own quotes and nowhere else', () => {
		const text = '{\r\n\t// the one\r\n\t"image" :   "a:1" , // why\r\n\t"cpu": 256.0,\r\n}\r\n';
		expect(setValue(text, ['image'], 'a@sha256:1')).toBe(text.replace('"a:1"', '"a@sha256:1"'));
	});

	it('leaves the text alone when it says so already, however it is spelt', () => {
		const text = '{"image": "\\u0061:1"}';
		expect(setValue(text, ['image'], 'a:1')).toBe(text);
	});
});

describe('an item for a list', () => {
	it('follows the last one in its own style, behind the comment that belongs to that', () => {
		const text = '{\n  "list": [\n    { "name": "A", "value": "1" } // first\n  ]\n}';
		expect(setValue(text, ['list', 1], { name: 'B', value: 'x=y' })).toBe(
			'{\n  "list": [\n    { "name": "A", "value": "1" }, // first\n    { "name": "B", "value": "x=y" }\n  ]\n}',
		);
	});

	it('is spread over lines where its neighbour is', () => {
		const text = '{\n\t"list": [{\n\t\t"name": "A"\n\t}]\n}\n';
		expect(setValue(text, ['list', 1], { name: 'B' })).toBe(
			'{\n\t"list": [{\n\t\t"name": "A"\n\t}, {\n\t\t"name": "B"\n\t}]\n}\n',
		);
	});

	it('ends with a comma where the last one does', () => {
		const text = '{\n  "list": [\n    "a", /* b, */\n  ],\n}';
		expect(setValue(text, ['list', 1], 'c')).toBe('{\n  "list": [\n    "a", /* b, */\n    "c",\n  ],\n}');
	});

	it('stays on one line in a file that has one', () => {
		expect(setValue('{"list":[{"name":"A"}]}', ['list', 1], { name: 'B' })).toBe(
			'{"list":[{"name":"A"},{"name":"B"}]}',
		);
		expect(setValue('{"list":[]}', ['list', 0], { name: 'B' })).toBe('{"list":[{"name":"B"}]}');
	});

	it('opens an empty list, keeping a comment in it', () => {
		expect(setValue('{\n  "list": [] // none\n}', ['list', 0], 'a')).toBe('{\n  "list": [\n    "a"\n  ] // none\n}');
		expect(setValue('{\n  "list": [\n    // none\n  ]\n}', ['list', 0], 'a')).toBe(
			'{\n  "list": [\n    // none\n    "a"\n  ]\n}',
		);
	});
});

describe('a key that is missing', () => {
	it('is made with its parents, with the indentation and line ends of the file', () => {
		const text = '{\r\n    "name": "web",\r\n    "cpu": 1\r\n}\r\n';
		expect(setValue(text, ['log', 'options', 'mode'], 'x')).toBe(
			'{\r\n    "name": "web",\r\n    "cpu": 1,\r\n    "log": {\r\n        "options": {\r\n            "mode": "x"\r\n        }\r\n    }\r\n}\r\n',
		);
	});

	it('does not fall into a line comment', () => {
		const text = '{ "a": 1 // one\n}';
		expect(setValue(text, ['b'], 2)).toBe('{ "a": 1, // one\n"b": 2\n}');
	});

	it('takes the place of null', () => {
		expect(setValue('{\n  "env": null\n}', ['env', 0], 'a')).toBe('{\n  "env": [\n    "a"\n  ]\n}');
	});
});
