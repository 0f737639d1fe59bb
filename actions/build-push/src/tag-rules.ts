import { isTag } from '@ecr-pipeline/core';
import { unknownExpressions } from './expressions.ts';
import { splitFields } from './separated.ts';
import { type Common, READERS, type RuleType, type TagRule } from './tag-rule.ts';

const PRIORITIES: Readonly<Record<RuleType, number>> = {
	schedule: 1000,
	semver: 900,
	match: 800,
	edge: 700,
	ref: 600,
	raw: 200,
	sha: 100,
};

const COMMON = ['type', 'enable', 'priority', 'prefix', 'suffix'];

/** Notes that a line is not a tag and why. */
export type NoteProblem = (line: string, allowed: string) => void;

/**
 * Reads the lines of the input `tags`: literal tags with commas between them, and rules `type=…,key=value` of
 * docker/metadata-action. A line that starts with "#" is a comment.
 */
export function parseTagRules(lines: readonly string[], problem: NoteProblem): TagRule[] {
	return lines
		.filter((line) => !line.startsWith('#'))
		.flatMap((line) => (isRule(line) ? parseRule(line, problem) : literals(line, problem)));
}

function isRule(line: string): boolean {
	return splitFields(line).some((field) => /^\s*[a-z]+=/i.test(field));
}

function literals(line: string, problem: NoteProblem): TagRule[] {
	return line
		.split(',')
		.map((tag) => tag.trim())
		.filter((tag) => tag !== '')
		.flatMap((value) => {
			const unknown = unknownExpressions([value], []);
			if (unknown.length > 0) problem(value, `${unknown.join(', ')} is not an expression that is known`);
			else if (!value.includes('{{') && !isTag(value))
				problem(value, 'a tag has at most 128 letters, digits, "_", "." and "-", and starts with none of the last two');
			else return [{ type: 'raw' as const, value, line: value, ...usual('raw') }];
			return [];
		});
}

function usual(type: RuleType): Omit<Common, 'line'> {
	return { enable: 'true', priority: PRIORITIES[type], prefix: '', suffix: '' };
}

function parseRule(line: string, problem: NoteProblem): TagRule[] {
	const given = attributesOf(line);
	const type = (given.get('type') ?? 'raw') as RuleType;
	if (!Object.hasOwn(PRIORITIES, type)) {
		problem(line, `its type is one of ${Object.keys(PRIORITIES).join(', ')}`);
		return [];
	}
	const wrong = [...given.keys()].filter((key) => !COMMON.includes(key) && !READERS[type].attributes.includes(key));
	if (wrong.length > 0) {
		problem(
			line,
			`type=${type} knows ${[...READERS[type].attributes, ...COMMON.slice(1)].join(', ')}, not ${wrong.join(', ')}`,
		);
		return [];
	}
	const unknown = unknownExpressions([...given.values()], type === 'semver' ? SEMVER_PARTS : []);
	if (unknown.length > 0) {
		problem(line, `${unknown.join(', ')} is not an expression that is known`);
		return [];
	}
	const priority = Number(given.get('priority') ?? PRIORITIES[type]);
	if (!Number.isFinite(priority)) {
		problem(line, 'priority is a number');
		return [];
	}
	const common: Common = {
		line,
		enable: given.get('enable') ?? 'true',
		priority,
		prefix: given.get('prefix') ?? (type === 'sha' ? 'sha-' : given.get('event') === 'pr' ? 'pr-' : ''),
		suffix: given.get('suffix') ?? '',
	};
	const own = READERS[type].read((name) => given.get(name) || undefined);
	if (typeof own !== 'string') return [{ ...common, ...own }];
	problem(line, own);
	return [];
}

/** The parts of a version that a semver pattern may name. */
export const SEMVER_PARTS = ['raw', 'version', 'major', 'minor', 'patch'] as const;

/** As the anchors read it: keys in any case, and a field without "=" is the value. */
function attributesOf(line: string): Map<string, string> {
	return new Map(
		splitFields(line).map((field) => {
			const equals = /^\s*[a-z]+=/i.test(field) ? field.indexOf('=') : -1;
			return equals === -1
				? ['value', field.trim()]
				: [field.slice(0, equals).trim().toLowerCase(), field.slice(equals + 1).trim()];
		}),
	);
}
