import { isUtf8 } from 'node:buffer';
import { messageOf, PipelineError } from '@ecr-pipeline/core';

// The bytes that give JSON its shape (RFC 8259, section 2). All of them are ASCII, so none is part of a longer character.
export const QUOTE = 0x22;
export const BACKSLASH = 0x5c;
export const COMMA = 0x2c;
export const OPEN_LIST = 0x5b;
export const CLOSE_LIST = 0x5d;
export const OPEN_OBJECT = 0x7b;
export const CLOSE_OBJECT = 0x7d;
export const LINE_END = 0x0a;
/** This and everything below it is white space; the control characters that are none are refused by JSON.parse. */
export const SPACE = 0x20;

/** Where the reading of a value stands between two chunks. */
export interface ValueState {
	depth: number;
	isText: boolean;
	isEscaped: boolean;
}

/**
 * Finds the end of a value that lies in a list. Every byte of a file goes through here, hence locals and inner loops.
 * @returns the place behind the value; -1 when it goes on in the next chunk
 */
export function skipValue(chunk: Buffer, from: number, state: ValueState): number {
	const { length } = chunk;
	let { depth, isText, isEscaped } = state;
	let at = from;
	let end = -1;
	while (at < length && end < 0) {
		const byte = chunk[at] as number;
		at += 1;
		if (isEscaped) isEscaped = false;
		else if (isText) {
			if (byte === QUOTE) isText = false;
			else if (byte === BACKSLASH) isEscaped = true;
			else while (at < length && chunk[at] !== QUOTE && chunk[at] !== BACKSLASH) at += 1;
		} else if (byte === SPACE) while (at < length && chunk[at] === SPACE) at += 1;
		else if (byte === QUOTE) isText = true;
		else if (byte === OPEN_OBJECT || byte === OPEN_LIST) depth += 1;
		else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) {
			depth -= 1;
			// A bracket that closes nothing of the value belongs to the list around it.
			if (depth <= 0) end = depth < 0 ? at - 1 : at;
		} else if (byte === COMMA && depth === 0) end = at - 1;
	}
	state.depth = Math.max(depth, 0);
	state.isText = isText;
	state.isEscaped = isEscaped;
	return end;
}

/**
 * The value that is the rest of a line, as wait-for-scan writes findings: no text of JSON holds a line end, so what
 * JSON.parse takes whole is one value, and its bytes need not be gone through. Undefined where it is anything else.
 */
export function lineValue(chunk: Buffer, from: number): { readonly value: unknown; readonly end: number } | undefined {
	const lineEnd = chunk.indexOf(LINE_END, from);
	const end = chunk[lineEnd - 1] === COMMA ? lineEnd - 1 : lineEnd;
	const bytes = chunk.subarray(from, Math.max(from, end));
	if (lineEnd < 0 || !isUtf8(bytes)) return undefined;
	try {
		return { value: JSON.parse(bytes.toString('utf8')), end };
	} catch {
		return undefined;
	}
}

/** JSON.parse of bytes. @param place the position in the file and what is there, for the message */
export function parseBytes(bytes: Buffer, place: string): unknown {
	if (!isUtf8(bytes)) throw notJson(place, 'its text is not UTF-8');
	try {
		return JSON.parse(bytes.toString('utf8'));
	} catch (error) {
		throw notJson(place, messageOf(error));
	}
}

export function notJson(place: string, answer: string): PipelineError {
	return new PipelineError({ code: 'corrupt', attempted: `It is not JSON ${place}`, answer });
}
