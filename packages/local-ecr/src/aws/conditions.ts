import { BlockList, isIP } from 'node:net';
import { matchesWildcard } from './arn.ts';

/**
 * What a policy can ask about a request: the values of a condition key in lower case. An empty list is a key that a request
 * like this does not carry on AWS; undefined is a key that this stand-in knows nothing about.
 */
export type ConditionContext = (key: string) => readonly string[] | undefined;

/** `unknown` names the condition keys that cannot be evaluated here, and that the outcome hangs on. */
export type Met = { readonly met: boolean } | { readonly unknown: readonly string[] };

type Compare = (given: string, wanted: string) => boolean;

const asNumber = (compare: (a: number, b: number) => boolean): Compare => {
	return (given, wanted) => compare(Number(given), Number(wanted));
};
/** A date is ISO 8601, or seconds since the epoch. */
const instant = (text: string): number => (/^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text));
const asDate = (compare: (a: number, b: number) => boolean): Compare => {
	return (given, wanted) => compare(instant(given), instant(wanted));
};
const isLike: Compare = (given, wanted) => matchesWildcard(wanted, given);
/** Wildcards of an ARN stay within its parts. */
const isArnLike: Compare = (given, wanted) => {
	const [parts, patterns] = [given.split(':'), wanted.split(':')];
	const tail = (list: readonly string[]) => [...list.slice(0, 5), list.slice(5).join(':')];
	const named = tail(parts);
	return tail(patterns).every((pattern, index) => matchesWildcard(pattern, named[index] ?? ''));
};

const POSITIVE: Readonly<Record<string, Compare>> = {
	StringEquals: (given, wanted) => given === wanted,
	StringEqualsIgnoreCase: (given, wanted) => given.toLowerCase() === wanted.toLowerCase(),
	StringLike: isLike,
	ArnEquals: isArnLike,
	ArnLike: isArnLike,
	Bool: (given, wanted) => given.toLowerCase() === wanted.toLowerCase(),
	NumericEquals: asNumber((a, b) => a === b),
	NumericLessThan: asNumber((a, b) => a < b),
	NumericLessThanEquals: asNumber((a, b) => a <= b),
	NumericGreaterThan: asNumber((a, b) => a > b),
	NumericGreaterThanEquals: asNumber((a, b) => a >= b),
	DateEquals: asDate((a, b) => a === b),
	DateLessThan: asDate((a, b) => a < b),
	DateLessThanEquals: asDate((a, b) => a <= b),
	DateGreaterThan: asDate((a, b) => a > b),
	DateGreaterThanEquals: asDate((a, b) => a >= b),
	IpAddress: isInRange,
};

/** Each of these is met where its counterpart is met by no value. */
const NEGATED: Readonly<Record<string, string>> = {
	StringNotEquals: 'StringEquals',
	StringNotEqualsIgnoreCase: 'StringEqualsIgnoreCase',
	StringNotLike: 'StringLike',
	ArnNotEquals: 'ArnEquals',
	ArnNotLike: 'ArnLike',
	NumericNotEquals: 'NumericEquals',
	DateNotEquals: 'DateEquals',
	NotIpAddress: 'IpAddress',
};

interface Operator {
	readonly set: string | undefined;
	readonly name: string;
	readonly ifExists: boolean;
}

/** Undefined for a word that is no operator of IAM (IAM user guide, "IAM JSON policy elements: Condition operators"). */
export function readOperator(text: string): Operator | undefined {
	const [, set, name = '', ifExists] = /^(?:(ForAllValues|ForAnyValue):)?(\w+?)(IfExists)?$/.exec(text) ?? [];
	if (name === 'Null') return ifExists === undefined ? { set, name, ifExists: false } : undefined;
	if (!Object.hasOwn(POSITIVE, name) && !Object.hasOwn(NEGATED, name)) return undefined;
	return { set, name, ifExists: ifExists !== undefined };
}

/** Whether all of a statement's condition holds: every operator, every key. */
export function evaluateCondition(condition: unknown, context: ConditionContext): Met {
	const unknown: string[] = [];
	for (const [text, keys] of Object.entries((condition ?? {}) as Record<string, Record<string, unknown>>)) {
		const operator = readOperator(text);
		for (const [key, wanted] of Object.entries(keys)) {
			const given = context(key.toLowerCase());
			if (operator === undefined || given === undefined) unknown.push(operator === undefined ? text : key);
			else if (!holds(operator, given, listOf(wanted))) return { met: false };
		}
	}
	return unknown.length === 0 ? { met: true } : { unknown };
}

function holds({ set, name, ifExists }: Operator, given: readonly string[], wanted: readonly string[]): boolean {
	if (name === 'Null') return wanted.some((one) => (one.toLowerCase() === 'true') === (given.length === 0));
	const counterpart = NEGATED[name];
	const compare = POSITIVE[counterpart ?? name] ?? (() => false);
	const fits = (value: string) => wanted.some((one) => compare(value, one)) === (counterpart === undefined);
	if (set === 'ForAllValues') return given.every(fits);
	if (set === 'ForAnyValue') return given.some(fits);
	// A key that a request does not carry meets what is negated, and what is asked only where it exists.
	if (given.length === 0) return ifExists || counterpart !== undefined;
	return counterpart === undefined ? given.some(fits) : given.every(fits);
}

function isInRange(address: string, range: string): boolean {
	const [network = '', bits] = range.split('/');
	const version = isIP(network);
	if (version === 0) return false;
	const family = version === 4 ? 'ipv4' : 'ipv6';
	const list = new BlockList();
	list.addSubnet(network, bits === undefined ? (version === 4 ? 32 : 128) : Number(bits), family);
	return list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

function listOf(value: unknown): readonly string[] {
	return (Array.isArray(value) ? value : [value]).map(String);
}
