import { PipelineError } from '@ecr-pipeline/core';
import { type BaseImageRules, type EffectivePolicy, type LayerRules, overrideFor, type Policy } from './policy.ts';
import { isAtLeast, KNOWN_SEVERITIES } from './severity.ts';

/** A key by which a policy would let pass what the org policy does not. */
export interface Loosening {
	/** As in `repositories.legacy/*.block.severity`. */
	readonly key: string;
	readonly own: string;
	readonly org: string;
}

/**
 * Refuses a policy that states anything looser than the org policy. Such a key would have no effect, since every finding is
 * held against both; a rule that reads as if it held is worse than none.
 */
export function refuseLoosening(
	policy: Policy,
	org: EffectivePolicy,
	repository: string | undefined,
	names: { readonly own: string; readonly org: string },
): void {
	const found = loosenings(policy, org, repository);
	if (found.length === 0) return;
	const said = found.map(({ key, own, org: limit }) => `${key} is ${own}, where the org policy has ${limit}`);
	throw new PipelineError({
		code: 'invalid-input',
		attempted: `The policy ${names.own} would loosen the org policy ${names.org}`,
		answer: said.join('\n'),
		fix: 'It may only be stricter: take these keys out (what is left out is as in the org policy), or have the org policy changed.',
	});
}

/** Everything that a policy states for this repository and that is looser than the org policy. */
export function loosenings(policy: Policy, org: EffectivePolicy, repository: string | undefined): Loosening[] {
	const override = overrideFor(policy, repository);
	const rules = { ...policy.rules, ...override?.rules };
	const place = (key: keyof typeof rules): string =>
		override !== undefined && key in override.rules ? `repositories.${override.pattern}.` : '';
	const { 'base-image': baseImage } = rules;
	const found = [
		...layerLoosenings(rules, org, (key) => `${place(key)}${key}`),
		...counts('max', rules.max, org.max).map((one) => ({ ...one, key: `${place('max')}${one.key}` })),
		...(baseImage === undefined ? [] : baseLoosenings(baseImage, org, place('base-image'))),
	];
	const ignored = (policy.rules.ignore?.length ?? 0) + (override?.rules.ignore?.length ?? 0);
	if (ignored > 0 && !org.accept.includes('ignore'))
		found.push({
			key: 'ignore',
			own: ignored === 1 ? 'a list of 1 rule' : `a list of ${ignored} rules`,
			org: 'no "accept: [ignore]"',
		});
	return found;
}

function baseLoosenings(own: Partial<BaseImageRules>, org: EffectivePolicy, place: string): Loosening[] {
	const limit = org['base-image'];
	const found = layerLoosenings(own, limit ?? org, (key) => `${place}base-image.${key}`);
	const wider = limit?.images !== undefined && own.images?.some((image) => limit.images?.includes(image) !== true);
	return wider === true
		? [...found, { key: `${place}base-image.images`, own: list(own.images), org: list(limit?.images) }]
		: found;
}

function layerLoosenings(
	own: Partial<LayerRules>,
	org: LayerRules,
	name: (key: keyof LayerRules) => string,
): Loosening[] {
	const { block, 'only-fixed': onlyFixed, 'unknown-severity': unknown, 'grace-days': grace } = own;
	return [
		...blockLoosenings(block ?? {}, org.block).map((one) => ({ ...one, key: `${name('block')}.${one.key}` })),
		...(onlyFixed === true && !org['only-fixed'] ? [{ key: name('only-fixed'), own: 'true', org: 'false' }] : []),
		...(unknown !== undefined && UNKNOWN_ORDER.indexOf(unknown) > UNKNOWN_ORDER.indexOf(org['unknown-severity'])
			? [{ key: name('unknown-severity'), own: unknown, org: org['unknown-severity'] }]
			: []),
		...counts('grace-days', grace, org['grace-days']).map((one) => ({
			...one,
			key: one.key.replace('grace-days', name('grace-days')),
		})),
	];
}

// From strictest to loosest.
const UNKNOWN_ORDER = ['block', ...KNOWN_SEVERITIES, 'ignore'] as const;

function blockLoosenings(own: LayerRules['block'], org: LayerRules['block']): Loosening[] {
	const severity =
		own.severity !== undefined && org.severity !== undefined && !isAtLeast(org.severity, own.severity)
			? [{ key: 'severity', own: own.severity, org: org.severity }]
			: [];
	const scores = (['cvss', 'epss'] as const).flatMap((key) => {
		const [mine, limit] = [own[key], org[key]];
		return mine !== undefined && limit !== undefined && mine > limit
			? [{ key, own: String(mine), org: String(limit) }]
			: [];
	});
	return [...severity, ...scores];
}

function counts(key: string, own: EffectivePolicy['max'] = {}, org: EffectivePolicy['max'] = {}): Loosening[] {
	return Object.entries(own).flatMap(([severity, count]) => {
		const limit = org[severity as keyof typeof org] ?? 0;
		return count > limit ? [{ key: `${key}.${severity}`, own: String(count), org: String(limit) }] : [];
	});
}

function list(texts: readonly string[] = []): string {
	return `[${texts.join(', ')}]`;
}
