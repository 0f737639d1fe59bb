import {
	BACKSLASH,
	CLOSE_LIST,
	CLOSE_OBJECT,
	COMMA,
	notJson,
	OPEN_LIST,
	OPEN_OBJECT,
	parseBytes,
	QUOTE,
} from './json-bytes.ts';
import { formatPath, type JsonPath } from './json-path.ts';

/** A document as it is read, without what is taken out of it. */
export interface OutlineReader {
	/** Reads on until a list begins that is to be taken, or the chunk ends. @returns the place behind what was read */
	read(chunk: Buffer, at: number): number;
	/** The list that has just begun and is to be taken; undefined anywhere else. */
	taken(): JsonPath | undefined;
	/** What was read so far, closed where it stands. */
	soFar(): unknown;
	/** The whole of it. */
	end(): unknown;
}

interface Container {
	readonly isList: boolean;
	/** Of the value that is being read. */
	key: string | number;
	readonly keys: Set<string>;
}

/** @param takes tells whether the list at this path is taken out */
export function readOutline(takes: (path: JsonPath) => boolean): OutlineReader {
	const stack: Container[] = [];
	const parts: Buffer[] = [];
	let taken: JsonPath | undefined;
	let isText = false;
	let isEscaped = false;
	let expectsKey = false;
	let key: Buffer[] | undefined;
	const path = (): JsonPath => stack.map((container) => container.key);
	const place = (): string => (stack.length === 0 ? 'at its top' : `in ${formatPath(path()) || 'the document'}`);

	const open = (isList: boolean): void => {
		const own = path();
		stack.push({ isList, key: isList ? 0 : '', keys: new Set() });
		expectsKey = !isList;
		if (isList && takes(own)) taken = own;
	};
	const close = (isList: boolean): void => {
		if (stack.pop()?.isList !== isList) throw notJson(place(), 'a bracket closes what is not open');
		expectsKey = false;
	};
	const next = (): void => {
		const top = stack.at(-1);
		if (typeof top?.key === 'number') top.key += 1;
		expectsKey = top?.isList === false;
	};
	// JSON.parse would take the last of two values under one key; which one was meant nobody knows.
	const keyRead = (bytes: Buffer): void => {
		const top = stack.at(-1);
		const name = String(parseBytes(bytes, place()));
		if (top?.keys.has(name)) throw notJson(place(), `the key "${name.slice(0, 80)}" is there twice`);
		top?.keys.add(name);
		if (top !== undefined) top.key = name;
		expectsKey = false;
	};
	/** @returns the place behind the text, or the chunk's length */
	const readText = (chunk: Buffer, from: number): number => {
		let at = from;
		for (; at < chunk.length && isText; at += 1) {
			if (isEscaped) isEscaped = false;
			else if (chunk[at] === BACKSLASH) isEscaped = true;
			else if (chunk[at] === QUOTE) isText = false;
		}
		if (key === undefined) return at;
		key.push(Buffer.from(chunk.subarray(from, at)));
		if (!isText) {
			keyRead(Buffer.concat([Buffer.from('"'), ...key]));
			key = undefined;
		}
		return at;
	};
	const readByte = (byte: number | undefined): void => {
		if (byte === QUOTE) {
			isText = true;
			key = expectsKey ? [] : undefined;
		} else if (byte === OPEN_OBJECT || byte === OPEN_LIST) open(byte === OPEN_LIST);
		else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) close(byte === CLOSE_LIST);
		else if (byte === COMMA) next();
	};

	return {
		read(chunk, from) {
			taken = undefined;
			let at = from;
			while (at < chunk.length && taken === undefined) {
				if (isText) at = readText(chunk, at);
				else {
					readByte(chunk[at]);
					at += 1;
				}
			}
			parts.push(Buffer.from(chunk.subarray(from, at)));
			return at;
		},
		taken: () => taken,
		soFar() {
			const closing = stack.map(({ isList }) => (isList ? ']' : '}')).reverse();
			return parseBytes(withoutMark(Buffer.concat([...parts, Buffer.from(closing.join(''))])), place());
		},
		end() {
			if (stack.length > 0) throw notJson(place(), 'the file ends here, in the middle');
			return parseBytes(withoutMark(Buffer.concat(parts)), 'outside its lists of findings');
		},
	};
}

const BYTE_ORDER_MARK = Buffer.from('\ufeff');

// PowerShell writes one in front of what a command prints.
function withoutMark(bytes: Buffer): Buffer {
	return bytes.subarray(0, 3).equals(BYTE_ORDER_MARK) ? bytes.subarray(3) : bytes;
}
