import { isDeepStrictEqual } from 'node:util';
import { findNodeAtLocation, getNodeValue, type JSONPath, type Node, parseTree } from 'jsonc-parser';
import { JSONC } from './json-document.ts';
import { indentationAt, isFirstOnLine, type JsonStyle, type JsonValue, jsonStyle, printJson } from './json-style.ts';

/**
 * Sets one value in JSON text and leaves every other character as it was; what is new takes the style of its
 * neighbours. Parents that are missing are made. A value that is there already leaves the text as it is.
 */
export function setValue(text: string, path: JSONPath, value: JsonValue): string {
	const root = parseTree(text, [], JSONC);
	if (root === undefined) return text;
	const style = jsonStyle(text, root);
	const node = findNodeAtLocation(root, path);
	if (node !== undefined) {
		if (isDeepStrictEqual(getNodeValue(node), value)) return text;
		const printed = printJson(value, style, style.multiline ? indentationAt(text, node.offset) : undefined);
		return text.slice(0, node.offset) + printed + text.slice(node.offset + node.length);
	}
	const above = path.slice(0, -1);
	const key = path.at(-1);
	const parent = findNodeAtLocation(root, above);
	if (parent?.type === 'object' || parent?.type === 'array') return insertChild(text, parent, key, value, style);
	return setValue(text, above, typeof key === 'number' ? [value] : { [String(key)]: value });
}

function insertChild(
	text: string,
	parent: Node,
	key: string | number | undefined,
	value: JsonValue,
	style: JsonStyle,
): string {
	const name = parent.type === 'object' ? JSON.stringify(key) + style.colon : '';
	const last = parent.children?.at(-1);
	return last === undefined
		? insertFirst(text, parent, name, value, style)
		: insertAfter(text, parent, last, name, value, style);
}

function insertFirst(text: string, parent: Node, name: string, value: JsonValue, style: JsonStyle): string {
	const close = parent.offset + parent.length - 1;
	const { end } = tail(text, parent.offset + 1, close);
	if (!style.multiline) return text.slice(0, end) + name + printJson(value, style, undefined) + text.slice(end);
	const outer = indentationAt(text, parent.offset);
	const inner = outer + style.unit;
	const gap = text.slice(end, close);
	const closing = /[\r\n]/.test(gap) ? gap : style.eol + outer;
	return text.slice(0, end) + style.eol + inner + name + printJson(value, style, inner) + closing + text.slice(close);
}

function insertAfter(text: string, parent: Node, last: Node, name: string, value: JsonValue, style: JsonStyle): string {
	const lastEnd = last.offset + last.length;
	const { end, comma, lineComment } = tail(text, lastEnd, parent.offset + parent.length - 1);
	const ownLine = isFirstOnLine(text, last.offset) || lineComment;
	const indentation = indentationAt(text, last.offset);
	const sibling = parent.type === 'array' ? text.slice(last.offset, lastEnd) : text.slice(parent.offset, lastEnd);
	const printed = printJson(value, style, /[\r\n]/.test(sibling) ? indentation : undefined, /^\{[ \t]/.test(sibling));
	const separator = ownLine ? style.eol + indentation : style.space;
	return [
		text.slice(0, lastEnd),
		comma ? '' : ',',
		text.slice(lastEnd, end),
		separator + name + printed,
		// Who ends lists with a comma finds one after the new item too.
		comma ? ',' : '',
		text.slice(end),
	].join('');
}

interface Tail {
	/** Behind the last comma or comment; only white space follows. */
	readonly end: number;
	readonly comma: boolean;
	/** The last of them runs to the end of its line. */
	readonly lineComment: boolean;
}

// A comma, a comment to the end of the line, or a comment of any length; white space around them.
const MARKS = /\s*(?:(,)|(\/\/[^\r\n]*)|\/\*[\s\S]*?\*\/)/y;

/** What stands between the last child and the closing bracket. */
function tail(text: string, start: number, close: number): Tail {
	const between = text.slice(start, close);
	MARKS.lastIndex = 0;
	let found: Tail = { end: start, comma: false, lineComment: false };
	for (let mark = MARKS.exec(between); mark !== null; mark = MARKS.exec(between)) {
		found = {
			end: start + MARKS.lastIndex,
			comma: found.comma || mark[1] !== undefined,
			lineComment: mark[2] !== undefined,
		};
	}
	return found;
}
