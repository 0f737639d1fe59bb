import { digestOf } from '@ecr-pipeline/core';
import { matchesPattern } from './pattern.ts';
import type { KnownSeverity, Severity } from './severity.ts';

/** What blocks: any of these. The keys are those of the policy file. */
interface Criteria {
	readonly severity?: KnownSeverity;
	/** Base score, 0 to 10. */
	readonly cvss?: number;
	/** Probability, 0 to 1. */
	readonly epss?: number;
	readonly 'known-exploited'?: true;
	readonly 'exploit-available'?: true;
}

type BySeverity = Readonly<Partial<Record<Severity, number>>>;

/** What a layer of the image can have rules of its own for. */
export interface LayerRules {
	readonly block: Criteria;
	readonly 'only-fixed': boolean;
	readonly 'unknown-severity': 'block' | 'ignore' | KnownSeverity;
	readonly 'grace-days': BySeverity;
}

export interface IgnoreRule {
	readonly id: string;
	readonly package?: string;
	readonly purl?: string;
	readonly path?: string;
	readonly platform?: string;
	readonly reason: string;
	/** `never`, or the last day on which it holds, in UTC. */
	readonly expires: string;
}

/** The rules that hold for one repository, with nothing left open. This is what a policy's digest is taken of. */
export interface EffectivePolicy extends LayerRules {
	readonly max: BySeverity;
	readonly 'base-image'?: LayerRules;
	readonly ignore: readonly IgnoreRule[];
}

/** Rules as they are written: everything may be absent. */
export type PolicyRules = Partial<Omit<EffectivePolicy, 'base-image'>> & {
	readonly 'base-image'?: Partial<LayerRules>;
};

/** A policy as it is written. The order of `repositories` counts. */
export interface Policy {
	readonly rules: PolicyRules;
	readonly repositories: readonly { readonly pattern: string; readonly rules: PolicyRules }[];
}

const DEFAULTS: LayerRules & Pick<EffectivePolicy, 'max' | 'ignore'> = {
	block: { severity: 'high' },
	max: {},
	'only-fixed': false,
	'unknown-severity': 'block',
	'grace-days': {},
	ignore: [],
};

/** The rules for one repository: the first override that matches, above the policy's own, above the defaults. */
export function effectivePolicy(policy: Policy, repository: string | undefined): EffectivePolicy {
	const override = policy.repositories.find(
		({ pattern }) => repository !== undefined && matchesPattern(pattern, repository),
	)?.rules;
	const { 'base-image': baseImage, ...rules } = { ...DEFAULTS, ...policy.rules, ...override };
	const { block, 'only-fixed': onlyFixed, 'unknown-severity': unknownSeverity, 'grace-days': graceDays } = rules;
	const own: LayerRules = {
		block,
		'only-fixed': onlyFixed,
		'unknown-severity': unknownSeverity,
		'grace-days': graceDays,
	};
	return {
		...rules,
		ignore: [...(policy.rules.ignore ?? []), ...(override?.ignore ?? [])],
		...(baseImage === undefined ? {} : { 'base-image': { ...own, ...baseImage } }),
	};
}

/** The digest by which a verdict names its policy: sha256 of the effective rules as JSON with sorted keys. */
export function policyDigest(policy: EffectivePolicy): string {
	return digestOf(canonicalJson(policy));
}

/** JSON with sorted keys and no spaces: the same value always gives the same bytes. */
function canonicalJson(value: unknown): string {
	return JSON.stringify(value, (_key, item: unknown) => {
		if (typeof item !== 'object' || item === null || Array.isArray(item)) return item;
		return Object.fromEntries(Object.entries(item).sort(([one], [other]) => (one < other ? -1 : 1)));
	});
}
