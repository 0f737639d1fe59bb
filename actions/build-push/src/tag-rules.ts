import { isTag } from '@ecr-pipeline/core';
import { unknownExpressions } from './expressions.ts';
import { splitFields } from './separated.ts';

/** What stands in every rule, in the words of docker/metadata-action. */
interface Common {
	/** The line as it was written, for messages. */
	readonly line: string;
	/** `true`, `false`, or an expression that gives one of them. */
	readonly enable: string;
	/** Tags with a higher one come first. */
	readonly priority: number;
	readonly prefix: string;
	readonly suffix: string;
}

/** One way to a tag. Every `value` and `pattern` may hold expressions such as `{{branch}}`. */
export type TagRule = Common &
	(
		| { readonly type: 'raw'; readonly value: string }
		| { readonly type: 'sha'; readonly format: 'short' | 'long' }
		| { readonly type: 'ref'; readonly event: 'branch' | 'tag' | 'pr' }
		| { readonly type: 'semver'; readonly pattern: string; readonly value?: string; readonly match?: RegExp }
		| { readonly type: 'match'; readonly pattern: RegExp; readonly group: number; readonly value?: string }
		| { readonly type: 'edge'; readonly branch?: string }
		| { readonly type: 'schedule'; readonly pattern: string }
	);

type RuleType = TagRule['type'];

const PRIORITIES: Readonly<Record<RuleType, number>> = {
	schedule: 1000,
	semver: 900,
	match: 800,
	edge: 700,
	ref: 600,
	raw: 200,
	sha: 100,
};

const ATTRIBUTES: Readonly<Record<RuleType, readonly string[]>> = {
	schedule: ['pattern'],
	semver: ['pattern', 'value', 'match'],
	match: ['pattern', 'group', 'value'],
	edge: ['branch'],
	ref: ['event'],
	raw: ['value'],
	sha: ['format'],
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
	if (!(type in PRIORITIES)) {
		problem(line, `its type is one of ${Object.keys(PRIORITIES).join(', ')}`);
		return [];
	}
	const wrong = [...given.keys()].filter((key) => !COMMON.includes(key) && !ATTRIBUTES[type].includes(key));
	if (wrong.length > 0) {
		problem(line, `type=${type} knows ${[...ATTRIBUTES[type], ...COMMON.slice(1)].join(', ')}, not ${wrong.join(', ')}`);
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
	const own = ownAttributes(type, given);
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

type Own<T> = T extends TagRule ? Omit<T, keyof Common> : never;

/** The attributes of the type itself, or a sentence that says what is wrong. */
function ownAttributes(type: RuleType, given: ReadonlyMap<string, string>): Own<TagRule> | string {
	const text = (name: string): string | undefined => given.get(name) || undefined;
	const value = text('value') === undefined ? {} : { value: text('value') as string };
	if (type === 'raw') return 'value' in value ? { type, ...value } : 'type=raw needs value';
	if (type === 'sha') {
		const format = text('format') ?? 'short';
		return format === 'short' || format === 'long' ? { type, format } : 'format is short or long';
	}
	if (type === 'ref') {
		const event = text('event');
		return event === 'branch' || event === 'tag' || event === 'pr' ? { type, event } : 'event is branch, tag or pr';
	}
	if (type === 'edge') return { type, ...(text('branch') === undefined ? {} : { branch: text('branch') as string }) };
	if (type === 'schedule') return { type, pattern: text('pattern') ?? 'nightly' };
	const pattern = text('pattern');
	if (pattern === undefined) return `type=${type} needs pattern`;
	if (type === 'semver') {
		const match = text('match') === undefined ? undefined : regularExpression(text('match') as string);
		if (match === null) return 'match is a regular expression';
		return { type, pattern, ...value, ...(match === undefined ? {} : { match }) };
	}
	const expression = regularExpression(pattern);
	const group = Number(text('group') ?? 0);
	if (expression === null) return 'pattern is a regular expression';
	if (!Number.isInteger(group) || group < 0) return 'group is the number of a group of the pattern';
	return { type, pattern: expression, group, ...value };
}

/** `/expression/flags`, or the expression alone. */
function regularExpression(text: string): RegExp | null {
	const [, body = text, flags = ''] = /^\/(.+)\/([a-z]*)$/.exec(text) ?? [];
	try {
		return new RegExp(body, flags.replace(/[gy]/g, ''));
	} catch {
		return null;
	}
}
