import { PipelineError } from '@ecr-pipeline/core';
import { type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';

/** What a task definition file may hold beyond JSON: comments, and a comma after the last item. */
export const JSONC = { allowTrailingComma: true } as const;

const BYTE_ORDER_MARK = '\ufeff';

/** The text of a file, and the byte order mark that stood before it. */
export interface DecodedText {
	readonly mark: '' | typeof BYTE_ORDER_MARK;
	readonly text: string;
}

/** Decodes UTF-8 without losing a byte: `mark + text` encodes to exactly the bytes that came in. */
export function decodeText(bytes: Uint8Array, name: string): DecodedText {
	try {
		const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
		return text.startsWith(BYTE_ORDER_MARK) ? { mark: BYTE_ORDER_MARK, text: text.slice(1) } : { mark: '', text };
	} catch (cause) {
		throw new PipelineError({
			code: 'invalid-input',
			attempted: `Could not read the task definition ${name}`,
			answer: 'it is not UTF-8',
			fix: 'Save it as UTF-8, with or without a byte order mark.',
			cause,
		});
	}
}

/**
 * Parses JSON with comments. Broken syntax and keys that stand twice in one object are refused with line and column: of
 * two equal keys ECS would take the last, and an editor looking from the top would change the first.
 */
export function parseDocument(text: string, name: string): Node {
	const errors: ParseError[] = [];
	const root = parseTree(text, errors, JSONC);
	const problems = errors.map(({ error, offset }) => `${printParseErrorCode(error)} at ${position(text, offset)}`);
	if (root === undefined && problems.length === 0) problems.push('it is empty');
	if (root !== undefined && problems.length === 0) problems.push(...duplicateKeys(root, text));
	if (root !== undefined && problems.length === 0) return root;
	throw new PipelineError({
		code: 'invalid-input',
		attempted: `Could not read the task definition ${name} as JSON`,
		answer: problems.join('; '),
		fix: 'Nothing has been changed.',
	});
}

function duplicateKeys(node: Node, text: string): string[] {
	const children = node.children ?? [];
	const seen = new Set<unknown>();
	const own: string[] = [];
	if (node.type === 'object') {
		for (const { offset, children: [key] = [] } of children) {
			if (seen.has(key?.value))
				own.push(`the key "${String(key?.value)}" stands twice, again at ${position(text, offset)}`);
			seen.add(key?.value);
		}
	}
	return [...own, ...children.flatMap((child) => duplicateKeys(child, text))];
}

function position(text: string, offset: number): string {
	const lines = text.slice(0, offset).split(/\r\n|\n|\r/);
	return `line ${lines.length}, column ${(lines.at(-1) ?? '').length + 1}`;
}
