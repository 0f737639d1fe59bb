import { PipelineError } from '@ecr-pipeline/core';
import { isMap, isScalar, LineCounter, parseDocument } from 'yaml';
import type { Policy, PolicyRules } from './policy.ts';
import { POLICY_SCHEMA } from './policy-schema.ts';
import { type SchemaProblem, schemaProblems } from './schema-check.ts';
import { describeValue } from './shape.ts';

/**
 * Reads a policy file.
 * @param name how the file is called in messages
 * @throws one error that lists everything that is wrong in it, with lines
 */
export function parsePolicy(text: string, name: string): Policy {
	const lines = new LineCounter();
	const document = parseDocument(text, { lineCounter: lines, version: '1.2' });
	const [broken] = document.errors;
	if (broken !== undefined) throw wrong(name, [broken.message.split('\n')[0]?.replace(/:$/, '') ?? 'it is not YAML']);
	const value: unknown = document.toJS();
	const lineOf = (keys: readonly (string | number)[]): number => {
		const node = document.getIn(keys, true) as { readonly range?: readonly number[] } | undefined;
		return lines.linePos(node?.range?.[0] ?? 0).line;
	};
	const problems = schemaProblems(POLICY_SCHEMA, value);
	if (problems.length > 0)
		throw wrong(
			name,
			problems.map((problem) => sentence(problem, lineOf)),
		);
	const { version, repositories = {}, ...rules } = value as PolicyRules & FileOnly;
	const impossible = impossibleDates(rules, repositories);
	if (impossible.length > 0) throw wrong(name, impossible);
	// The order is that of the file: an object would put names of digits first.
	const node = document.get('repositories');
	const patterns = isMap(node) ? node.items.map(({ key }) => String(isScalar(key) ? key.value : key)) : [];
	return { rules, repositories: patterns.map((pattern) => ({ pattern, rules: repositories[pattern] ?? {} })) };
}

interface FileOnly {
	readonly version: 1;
	readonly repositories?: Readonly<Record<string, PolicyRules>>;
}

function sentence(
	{ path, keys, expected, seen }: SchemaProblem,
	lineOf: (keys: SchemaProblem['keys']) => number,
): string {
	const where = path === '' ? 'the file' : path;
	const line = lineOf(seen === undefined ? keys.slice(0, -1) : keys);
	return `line ${line}: ${where} should be ${expected}; it is ${describeValue(seen)}`;
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
