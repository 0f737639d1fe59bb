import { PipelineError } from '@ecr-pipeline/core';

// Readers take nothing on trust: a value of an unexpected type is named and refused, never skipped.

export type JsonObject = Readonly<Record<string, unknown>>;

/** A value that cannot be what its place says. `path` is as in `enhancedFindings[3].severity`. */
export function refuse(path: string, expected: string, seen: unknown): PipelineError {
	return new PipelineError({
		code: 'unsupported',
		attempted: `Could not understand the findings: ${path} should be ${expected}`,
		answer: `it is ${describeValue(seen)}`,
		fix: 'Nothing of this file is used: findings that are half understood could hide what blocks.',
	});
}

/** A value as an error message names it: its type, or a short text itself. */
export function describeValue(value: unknown): string {
	if (value === null || value === undefined) return 'missing';
	if (Array.isArray(value)) return `a list of ${value.length}`;
	if (typeof value === 'object')
		return `an object with the keys ${Object.keys(value).slice(0, 12).join(', ') || '(none)'}`;
	return `${JSON.stringify(String(value).slice(0, 80))}`;
}

export function isObject(value: unknown): value is JsonObject {
	return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

export function asObject(value: unknown, path: string): JsonObject {
	if (!isObject(value)) throw refuse(path, 'an object', value);
	return value;
}

/** An object that may be missing: then it is empty. */
export function objectAt(parent: JsonObject, key: string, path: string): JsonObject {
	const value = parent[key];
	return value === undefined || value === null ? {} : asObject(value, `${path}.${key}`);
}

/** A list that may be missing: then it is empty. */
export function listAt(parent: JsonObject, key: string, path: string): readonly unknown[] {
	const value = parent[key];
	if (value === undefined || value === null) return [];
	if (!Array.isArray(value)) throw refuse(`${path}.${key}`, 'a list', value);
	return value;
}

export function objectsAt(parent: JsonObject, key: string, path: string): readonly JsonObject[] {
	return listAt(parent, key, path).map((item, index) => asObject(item, `${path}.${key}[${index}]`));
}

export function textsAt(parent: JsonObject, key: string, path: string): readonly string[] {
	return listAt(parent, key, path).map((item, index) => {
		if (typeof item !== 'string') throw refuse(`${path}.${key}[${index}]`, 'text', item);
		return item;
	});
}

/** Text that may be missing. Empty text counts as missing. */
export function textAt(parent: JsonObject, key: string, path: string): string | undefined {
	const value = parent[key];
	if (value === undefined || value === null || value === '') return undefined;
	if (typeof value !== 'string') throw refuse(`${path}.${key}`, 'text', value);
	return value;
}

export function requiredTextAt(parent: JsonObject, key: string, path: string): string {
	const text = textAt(parent, key, path);
	if (text === undefined) throw refuse(`${path}.${key}`, 'text', parent[key]);
	return text;
}

/** A number that may be missing; numbers written as text count. */
export function numberAt(
	parent: JsonObject,
	key: string,
	path: string,
	{ min, max }: { readonly min: number; readonly max: number },
): number | undefined {
	const value = parent[key];
	if (value === undefined || value === null || value === '') return undefined;
	// Number() takes blanks for 0.
	const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
	if (typeof number !== 'number' || !(number >= min && number <= max))
		throw refuse(`${path}.${key}`, `a number from ${min} to ${max}`, value);
	return number;
}

/**
 * A time that may be missing: the SDK gives dates, AWS's JSON protocol seconds since 1970, the AWS CLI and everybody else
 * ISO 8601. A time that names no zone is one in UTC, wherever the runner stands.
 * @returns ISO 8601 in UTC
 */
export function timeAt(parent: JsonObject, key: string, path: string): string | undefined {
	const value = parent[key];
	if (value === undefined || value === null || value === '') return undefined;
	const date = dateOf(value);
	if (Number.isNaN(date.getTime())) throw refuse(`${path}.${key}`, 'a time', value);
	return date.toISOString();
}

function dateOf(value: unknown): Date {
	if (value instanceof Date) return value;
	if (typeof value === 'number') return new Date(value * 1000);
	if (typeof value !== 'string') return new Date(Number.NaN);
	return new Date(/T[\d:.]+$/.test(value) ? `${value}Z` : value);
}
