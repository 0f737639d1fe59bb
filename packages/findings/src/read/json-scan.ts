import { CLOSE_LIST, COMMA, lineValue, notJson, parseBytes, SPACE, skipValue, type ValueState } from './json-bytes.ts';
import { readOutline } from './json-outline.ts';
import { formatPath, type JsonPath } from './json-path.ts';

/** What is done with the lists of a document that are too long to be held. */
export interface ListVisitor {
	/** Tells whether the elements of this list are handed over one by one and left out of the document. */
	readonly takes: (path: JsonPath) => boolean;
	/** Called where such a list begins, with the document as far as it went. True ends the reading there. */
	readonly isEnough?: (path: JsonPath, soFar: unknown) => boolean;
	readonly element?: (value: unknown, path: JsonPath, index: number) => void;
}

/** A document without the elements of its long lists, and how many these were, by path. */
export interface Outline {
	readonly document: unknown;
	readonly lists: ReadonlyMap<string, number>;
}

/**
 * Reads a JSON document of any size, one list element at a time. This finds only where the elements begin and end; they,
 * and what is left of the document, go through JSON.parse, which refuses whatever is not JSON
 * (docs/decisions/0025-reading-findings-of-any-size.md).
 * @param chunks the document in UTF-8; a chunk may be overwritten once the next one is asked for
 */
export function scanJson(chunks: Iterable<Buffer>, { takes, isEnough, element }: ListVisitor): Outline {
	const outline = readOutline(takes);
	const lists = new Map<string, number>();
	let list: ElementReader | undefined;
	let before = 0;
	for (const chunk of chunks) {
		let at = 0;
		while (at < chunk.length) {
			if (list === undefined) {
				at = outline.read(chunk, at);
				const path = outline.taken();
				if (path === undefined) continue;
				if (isEnough?.(path, outline.soFar()) === true) return { document: outline.soFar(), lists };
				list = readElements(path, element);
			} else {
				at = list.read(chunk, at, before);
				if (!list.isDone()) continue;
				lists.set(formatPath(list.path), list.count());
				list = undefined;
			}
		}
		before += chunk.length;
	}
	if (list !== undefined) throw notJson(list.place(before), 'the file ends here, in the middle');
	return { document: outline.end(), lists };
}

interface ElementReader {
	readonly path: JsonPath;
	/** @returns the place behind what was read: that of the closing bracket, once the list is done */
	read(chunk: Buffer, at: number, before: number): number;
	isDone(): boolean;
	count(): number;
	/** For messages: `at byte 17, in findings[3]`. */
	place(byte: number): string;
}

function readElements(path: JsonPath, element: ListVisitor['element']): ElementReader {
	const state: ValueState = { depth: 0, isText: false, isEscaped: false };
	let index = 0;
	let isDone = false;
	let isOpen = false;
	let follows: 'first' | 'element' | 'comma' = 'first';
	let parts: Buffer[] = [];
	let isByLine = true;
	const place = (byte: number): string => `at byte ${byte}, in ${formatPath(path)}[${index}]`;

	const between = (byte: number | undefined, position: number): void => {
		if (byte === CLOSE_LIST && follows !== 'comma') isDone = true;
		else if (byte === COMMA && follows === 'element') follows = 'comma';
		else if (byte === CLOSE_LIST || byte === COMMA) throw notJson(place(position), 'an element is missing');
		else if (follows === 'element') throw notJson(place(position), 'a comma is missing');
		else isOpen = true;
	};
	const readValue = (chunk: Buffer, from: number, before: number): number => {
		const isStart = parts.length === 0;
		if (isByLine && element !== undefined && isStart) {
			const line = lineValue(chunk, from);
			if (line !== undefined) {
				element(line.value, path, index);
				return valueRead(line.end);
			}
		}
		const end = skipValue(chunk, from, state);
		// A value that is whole in this chunk and was no line: to look for line ends again would go through the chunk each time.
		// Where the chunk ends with it, its comma and line end may be in the next one.
		if (isStart && end >= 0 && end + 2 < chunk.length) isByLine = false;
		const bytes = chunk.subarray(from, end < 0 ? chunk.length : end);
		if (end < 0) {
			if (element !== undefined) parts.push(Buffer.from(bytes));
			return chunk.length;
		}
		if (element !== undefined) {
			const whole = parts.length === 0 ? bytes : Buffer.concat([...parts, bytes]);
			element(parseBytes(whole, place(before + from)), path, index);
			parts = [];
		}
		return valueRead(end);
	};
	const valueRead = (end: number): number => {
		index += 1;
		isOpen = false;
		follows = 'element';
		return end;
	};

	return {
		path,
		read(chunk, from, before) {
			let at = from;
			while (at < chunk.length && !isDone) {
				if (isOpen) at = readValue(chunk, at, before);
				else if ((chunk[at] as number) <= SPACE) at += 1;
				else {
					between(chunk[at], before + at);
					if (follows === 'comma' && chunk[at] === COMMA) at += 1;
				}
			}
			return at;
		},
		isDone: () => isDone,
		count: () => index,
		place,
	};
}
