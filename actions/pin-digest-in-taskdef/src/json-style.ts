import type { Node } from 'jsonc-parser';

export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;
export type JsonObject = { readonly [key: string]: JsonValue };

/** How the author of a file writes JSON. */
export interface JsonStyle {
	readonly eol: string;
	/** One level of indentation. */
	readonly unit: string;
	/** What stands between key and value. */
	readonly colon: string;
	/** What follows a comma on the same line. */
	readonly space: '' | ' ';
	readonly multiline: boolean;
}

/** Reads the style off the first property of the file. */
export function jsonStyle(text: string, root: Node): JsonStyle {
	const [first] = root.children ?? [];
	const [key, value] = first?.children ?? [];
	const between = key === undefined || value === undefined ? ': ' : text.slice(key.offset + key.length, value.offset);
	const colon = /^[ \t]*:[ \t]*$/.test(between) ? between : ': ';
	const indented = first !== undefined && isFirstOnLine(text, first.offset);
	return {
		eol: /\r\n|\n|\r/.exec(text)?.[0] ?? '\n',
		unit: (indented && indentationAt(text, first.offset).slice(indentationAt(text, root.offset).length)) || '  ',
		colon,
		space: colon.endsWith(':') ? '' : ' ',
		multiline: /[\r\n]/.test(text.slice(root.offset, root.offset + root.length)),
	};
}

/**
 * Prints a value in a style.
 * @param indentation of the line it starts on; undefined prints it on one line
 * @param padded whether an object on one line has blanks inside its braces
 */
export function printJson(
	value: JsonValue,
	style: JsonStyle,
	indentation: string | undefined,
	padded: boolean = style.space === ' ',
): string {
	if (typeof value !== 'object' || value === null) return JSON.stringify(value);
	const inner = indentation === undefined ? undefined : indentation + style.unit;
	const print = (item: JsonValue): string => printJson(item, style, inner, padded);
	const list = Array.isArray(value);
	const items = list
		? value.map(print)
		: Object.entries(value).map(([key, item]) => JSON.stringify(key) + style.colon + print(item));
	const [open, close] = list ? '[]' : '{}';
	if (items.length === 0) return `${open}${close}`;
	if (inner !== undefined) {
		return `${open}${style.eol}${inner}${items.join(`,${style.eol}${inner}`)}${style.eol}${indentation}${close}`;
	}
	const blank = padded && !list ? ' ' : '';
	return `${open}${blank}${items.join(`,${style.space}`)}${blank}${close}`;
}

/** The white space that the line of this offset starts with. */
export function indentationAt(text: string, offset: number): string {
	return /^[ \t]*/.exec(text.slice(lineStart(text, offset)))?.[0] ?? '';
}

/** Tells whether only white space stands before this offset on its line. */
export function isFirstOnLine(text: string, offset: number): boolean {
	const start = lineStart(text, offset);
	return start > 0 && /^[ \t]*$/.test(text.slice(start, offset));
}

function lineStart(text: string, offset: number): number {
	return Math.max(text.lastIndexOf('\n', offset - 1), text.lastIndexOf('\r', offset - 1)) + 1;
}
