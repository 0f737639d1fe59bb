import type { Inputs } from '@ecr-pipeline/core';
import { parse } from 'yaml';

export const MUTABILITIES = ['MUTABLE', 'IMMUTABLE', 'MUTABLE_WITH_EXCLUSION', 'IMMUTABLE_WITH_EXCLUSION'] as const;

/** How a repository is made when it is missing (ECR API reference, CreateRepository). */
export interface RepositorySettings {
	readonly mutability: (typeof MUTABILITIES)[number];
	/** Wildcard patterns of the tags that are treated the other way. */
	readonly exclusionFilters: readonly string[];
	readonly scanOnPush: boolean;
	readonly encryption: { readonly type: 'AES256' | 'KMS' | 'KMS_DSSE'; readonly kmsKey?: string };
	/** JSON. */
	readonly lifecyclePolicy?: string;
	/** JSON. */
	readonly repositoryPolicy?: string;
	readonly tags: Readonly<Record<string, string>>;
}

const KEYS = [
	'mutability',
	'exclusion-filters',
	'scan-on-push',
	'encryption',
	'lifecycle-policy',
	'repository-policy',
	'tags',
] as const;

/**
 * Reads `create-repository` and `repository-settings`. Undefined when nothing may be created. Without settings tags are
 * immutable and images are scanned as they are pushed: the safe side of each choice.
 */
export function readRepositorySettings(inputs: Inputs): RepositorySettings | undefined {
	const create = inputs.boolean('create-repository', false);
	const text = inputs.text('repository-settings');
	if (text !== undefined && !create)
		inputs.problem('repository-settings', undefined, 'it has an effect with create-repository: true only');
	const value = text === undefined ? {} : mapping(text);
	const problem = (allowed: string): void => inputs.problem('repository-settings', undefined, allowed);
	if (value === undefined) problem(`a YAML mapping with ${KEYS.join(', ')}`);
	return create ? settings(value ?? {}, problem) : undefined;
}

function mapping(text: string): Record<string, unknown> | undefined {
	try {
		const value: unknown = parse(text);
		return isMapping(value) ? value : undefined;
	} catch {
		return undefined;
	}
}

function isMapping(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function settings(value: Record<string, unknown>, problem: (allowed: string) => void): RepositorySettings {
	const unknown = Object.keys(value).filter((key) => !(KEYS as readonly string[]).includes(key));
	if (unknown.length > 0) problem(`${unknown.join(', ')} is not one of ${KEYS.join(', ')}`);
	const exclusionFilters = texts(value['exclusion-filters'] ?? []);
	if (exclusionFilters === undefined || exclusionFilters.length > 5)
		problem('exclusion-filters is a list of at most five patterns');
	const scanOnPush = value['scan-on-push'] ?? true;
	if (typeof scanOnPush !== 'boolean') problem('scan-on-push is true or false');
	const lifecyclePolicy = policy('lifecycle-policy', value, problem);
	const repositoryPolicy = policy('repository-policy', value, problem);
	const tags = value.tags ?? {};
	if (!isMapping(tags)) problem('tags is a mapping of key to value');
	return {
		mutability: mutability(value, exclusionFilters?.length ?? 0, problem),
		exclusionFilters: exclusionFilters ?? [],
		scanOnPush: scanOnPush === true,
		encryption: encryption(value.encryption ?? 'AES256', problem),
		...(lifecyclePolicy === undefined ? {} : { lifecyclePolicy }),
		...(repositoryPolicy === undefined ? {} : { repositoryPolicy }),
		tags: isMapping(tags) ? Object.fromEntries(Object.entries(tags).map(([key, tag]) => [key, String(tag)])) : {},
	};
}

function mutability(
	value: Record<string, unknown>,
	filters: number,
	problem: (allowed: string) => void,
): RepositorySettings['mutability'] {
	const given = String(value.mutability ?? (filters > 0 ? 'IMMUTABLE_WITH_EXCLUSION' : 'IMMUTABLE'));
	const name = given.toUpperCase().replaceAll('-', '_');
	const found = MUTABILITIES.find((candidate) => candidate === name);
	if (found === undefined) problem(`mutability "${given}" is not one of ${MUTABILITIES.join(', ')}`);
	else if (found.endsWith('_WITH_EXCLUSION') !== filters > 0)
		problem(`mutability ${found} and ${filters} exclusion-filters do not go together`);
	return found ?? 'IMMUTABLE';
}

function encryption(value: unknown, problem: (allowed: string) => void): RepositorySettings['encryption'] {
	const { type, 'kms-key': kmsKey } = isMapping(value) ? value : { type: value };
	const known = (['AES256', 'KMS', 'KMS_DSSE'] as const).find((candidate) => candidate === type);
	if (known === undefined) problem('encryption is AES256, KMS or KMS_DSSE, or a mapping with type and kms-key');
	return { type: known ?? 'AES256', ...(typeof kmsKey === 'string' ? { kmsKey } : {}) };
}

/** A policy is written as JSON in a text, or as YAML right there. */
function policy(name: string, value: Record<string, unknown>, problem: (allowed: string) => void): string | undefined {
	const given = value[name];
	if (given === undefined) return undefined;
	if (isMapping(given)) return JSON.stringify(given);
	if (typeof given === 'string' && mapping(given) !== undefined) return given;
	problem(`${name} is a policy: JSON in a text, or a mapping`);
	return undefined;
}

function texts(value: unknown): string[] | undefined {
	return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : undefined;
}
