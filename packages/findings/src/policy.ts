import { digestOf } from '@ecr-pipeline/core';
import { matchesPattern } from './pattern.ts';
import type { KnownSeverity, Severity } from './severity.ts';
import type { VexJustification } from './vex.ts';

/** What blocks: any of these. The keys are those of the policy file. */
export interface Criteria {
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
	/** One of OpenVEX's, where the finding does not affect the image: then it is exported as `not_affected`. */
	readonly justification?: VexJustification;
}

/** An ignore rule with the place where it stands: `ignore[2]`, `repositories.legacy/*.ignore[0]`, `org:ignore[1]`. */
export interface PlacedRule extends IgnoreRule {
	readonly place: string;
}

/** Rules for findings in the base image's layers. */
export interface BaseImageRules extends LayerRules {
	/** `registry/repository` of the base images that they are for, with `*`; absent: any. */
	readonly images?: readonly string[];
}

/** What of a repository's own may take findings away under an org policy. */
export const ACCEPTABLE = ['ignore', 'vex', 'baseline'] as const;
export type Acceptable = (typeof ACCEPTABLE)[number];

/** The rules that hold for one repository, with nothing left open. This is what a policy's digest is taken of. */
export interface EffectivePolicy extends LayerRules {
	readonly max: BySeverity;
	readonly 'base-image'?: BaseImageRules;
	readonly ignore: readonly PlacedRule[];
	readonly accept: readonly Acceptable[];
}

/** Rules as they are written: everything may be absent. */
export type PolicyRules = Partial<Omit<EffectivePolicy, 'base-image' | 'ignore' | 'accept'>> & {
	readonly 'base-image'?: Partial<BaseImageRules>;
	readonly ignore?: readonly IgnoreRule[];
};

/** A policy as it is written. The order of `repositories` counts. */
export interface Policy {
	readonly rules: PolicyRules;
	readonly repositories: readonly { readonly pattern: string; readonly rules: PolicyRules }[];
	/** Of an org policy only. */
	readonly accept?: readonly Acceptable[];
}

const DEFAULTS: Omit<EffectivePolicy, 'base-image'> = {
	block: { severity: 'high' },
	max: {},
	'only-fixed': false,
	'unknown-severity': 'block',
	'grace-days': {},
	ignore: [],
	accept: [],
};

/** The override that holds for a repository: the first whose pattern matches. */
export function overrideFor(
	policy: Policy,
	repository: string | undefined,
): Policy['repositories'][number] | undefined {
	if (repository === undefined) return undefined;
	return policy.repositories.find(({ pattern }) => matchesPattern(pattern, repository));
}

/**
 * The rules for one repository: the first override that matches, above the policy's own, above the org policy's, above the
 * defaults. Each key replaces the one below it; ignore rules are added.
 */
export function effectivePolicy(
	policy: Policy,
	repository: string | undefined,
	org: EffectivePolicy | undefined = undefined,
): EffectivePolicy {
	const override = overrideFor(policy, repository);
	const below = org ?? DEFAULTS;
	const { 'base-image': baseImage, ...rules } = { ...below, ...policy.rules, ...override?.rules };
	const { block, 'only-fixed': onlyFixed, 'unknown-severity': unknownSeverity, 'grace-days': graceDays } = rules;
	const own: LayerRules = {
		block,
		'only-fixed': onlyFixed,
		'unknown-severity': unknownSeverity,
		'grace-days': graceDays,
	};
	return {
		...rules,
		ignore: [
			...below.ignore,
			...placed(policy.rules.ignore, ''),
			...placed(override?.rules.ignore, `repositories.${override?.pattern}.`),
		],
		accept: policy.accept ?? [],
		...(baseImage === undefined ? {} : { 'base-image': { ...own, ...org?.['base-image'], ...baseImage } }),
	};
}

/** The rules of an org policy for one repository; its ignore rules are told apart from the repository's own. */
export function effectiveOrgPolicy(policy: Policy, repository: string | undefined): EffectivePolicy {
	const rules = effectivePolicy(policy, repository);
	return { ...rules, ignore: rules.ignore.map((rule) => ({ ...rule, place: `${ORG}${rule.place}` })) };
}

/** What stands in front of the place of a rule of the org policy. */
export const ORG = 'org:';

/** The digest of rules that stand in no file: sha256 of the effective rules as JSON with sorted keys. */
export function policyDigest(policy: EffectivePolicy): string {
	return digestOf(canonicalJson(policy));
}

function placed(rules: readonly IgnoreRule[] | undefined, prefix: string): PlacedRule[] {
	return (rules ?? []).map((rule, index) => ({ ...rule, place: `${prefix}ignore[${index}]` }));
}

/** JSON with sorted keys and no spaces: the same value always gives the same bytes. */
function canonicalJson(value: unknown): string {
	return JSON.stringify(value, (_key, item: unknown) => {
		if (typeof item !== 'object' || item === null || Array.isArray(item)) return item;
		return Object.fromEntries(Object.entries(item).sort(([one], [other]) => (one < other ? -1 : 1)));
	});
}
