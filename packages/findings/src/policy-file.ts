import { messageOf, PipelineError } from '@ecr-pipeline/core';
import { type Document, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import type { Acceptable, Policy, PolicyRules } from './policy.ts';
import { POLICY_SCHEMA } from './policy-schema.ts';
import { type SchemaProblem, schemaProblems } from './schema-check.ts';
import { describeValue } from './shape.ts';

/**
 * Reads a policy file.
 * @param name how the file is called in messages
 * @param kind only an org policy says what it accepts
 * @throws one error that lists everything that is wrong in it, with lines
 */
export function parsePolicy(text: string, name: string, kind: 'repository' | 'org' = 'repository'): Policy {
	const lines = new LineCounter();
	const document = parseDocument(text, { lineCounter: lines, version: '1.2' });
	const [broken] = document.errors;
	if (broken !== undefined) throw wrong(name, [broken.message.split('\n')[0]?.replace(/:$/, '') ?? 'it is not YAML']);
	const value = contentOf(document, name);
	const problems = schemaProblems(POLICY_SCHEMA, value);
	if (problems.length > 0)
		throw wrong(
			name,
			problems.map((problem) => sentence(problem, whereIs(document, lines, problem))),
		);
	const { version, repositories = {}, accept, ...rules } = value as PolicyRules & FileOnly;
	if (accept !== undefined && kind === 'repository')
		throw wrong(name, [
			`${whereIs(document, lines, { keys: ['accept'], keyItself: true })}: accept is a key of org policies`,
		]);
	const impossible = impossibleDates(rules, repositories);
	if (impossible.length > 0) throw wrong(name, impossible);
	// The order is that of the file: an object would put names of digits first.
	const node = document.get('repositories');
	const patterns = isMap(node) ? node.items.map(({ key }) => textOf(key)) : [];
	return {
		rules,
		repositories: patterns.map((pattern) => ({ pattern, rules: repositories[pattern] ?? {} })),
		...(accept === undefined ? {} : { accept }),
	};
}

// Aliases within aliases grow without bound; the reader gives up on them with an error of its own.
function contentOf(document: Document, name: string): unknown {
	try {
		return document.toJS();
	} catch (error) {
		throw wrong(name, [messageOf(error)]);
	}
}

interface FileOnly {
	readonly version: 1;
	readonly repositories?: Readonly<Record<string, PolicyRules>>;
	readonly accept?: readonly Acceptable[];
}

function sentence({ path, expected, seen }: SchemaProblem, place: string): string {
	return `${place}: ${path === '' ? 'the file' : path} should be ${expected}; it is ${describeValue(seen)}`;
}

/** `line 3, column 2` of a value; of its key, where that is what is wrong; of what is around it, where it is missing. */
function whereIs(
	document: Document,
	lines: LineCounter,
	{ keys, keyItself = false }: Pick<SchemaProblem, 'keys' | 'keyItself'>,
): string {
	let node: unknown = document.contents;
	let offset = startOf(node);
	for (const [index, key] of keys.entries()) {
		const pair = isMap(node) ? node.items.find((item) => textOf(item.key) === String(key)) : undefined;
		const next = isSeq(node) ? node.items[Number(key)] : pair?.value;
		if (next === undefined || next === null) break;
		node = next;
		offset = startOf(keyItself && index === keys.length - 1 ? pair?.key : node);
	}
	const { line, col } = lines.linePos(offset);
	return `line ${line}, column ${col}`;
}

function startOf(node: unknown): number {
	return isNode(node) ? (node.range?.[0] ?? 0) : 0;
}

function textOf(key: unknown): string {
	return String(isScalar(key) ? key.value : key);
}

function impossibleDates(rules: PolicyRules, repositories: Readonly<Record<string, PolicyRules>>): string[] {
	return [
		{ where: '', rules },
		...Object.entries(repositories).map(([name, own]) => ({ where: `repositories.${name}.`, rules: own })),
	].flatMap(({ where, rules: { ignore = [] } }) =>
		ignore.flatMap(({ expires }, index) =>
			isDate(expires) ? [] : [`${where}ignore[${index}].expires is "${expires}", which is no day of the calendar`],
		),
	);
}

function isDate(expires: string): boolean {
	if (expires === 'never') return true;
	const date = new Date(`${expires}T00:00:00Z`);
	return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(expires);
}

function wrong(name: string, problems: readonly string[]): PipelineError {
	return new PipelineError({
		code: 'invalid-input',
		attempted: `The policy ${name} cannot be used`,
		answer: problems.join('\n'),
		fix: 'Its keys are described in schemas/policy.schema.json.',
	});
}
