import { areFor } from './base-image.ts';
import type { Judgement } from './criteria.ts';
import type { Decision, EvaluationInputs } from './evaluate.ts';
import { firstSighting } from './grace.ts';
import type { IgnoreReport } from './ignore.ts';
import { ORG, type PlacedRule } from './policy.ts';
import { KNOWN_SEVERITIES } from './severity.ts';
import type { VexStatement } from './vex.ts';

interface Material {
	readonly inputs: EvaluationInputs;
	/** What stands before the places of this policy's rules. */
	readonly prefix: string;
	readonly decisions: readonly Decision[];
	readonly judgements: readonly Judgement[];
	readonly ignoreRules: IgnoreReport;
	readonly unusedVex: readonly VexStatement[];
}

/** What must not stay unsaid beside a verdict. The texts may hold words of the policy's and the documents' authors. */
export function evaluationNotes(material: Material): string[] {
	const { ignoreRules, prefix, unusedVex } = material;
	const said = [...missingData(material), ...baseImageNotes(material), ...uselessMax(material.inputs)];
	// The rest was said of the repository's own policy, which holds the rules of the org policy too.
	if (prefix !== '') return said.map((note) => `Org policy: ${note}`);
	return [
		...said,
		...ignoreRules.expired.map((rule) => `${name(rule)} expired on ${rule.expires}: what it matches counts again.`),
		...ignoreRules.expiringSoon.map((rule) => `${name(rule)} holds only until ${rule.expires}.`),
		// Most rules of an org policy are about other images.
		...ignoreRules.unused
			.filter(({ place }) => !place.startsWith(ORG))
			.map((rule) => `${name(rule)} matches nothing; it can go.`),
		...unusedVex.map(
			({ source, names }) => `The VEX statement on ${names[0]} (${source}) matches nothing in this image.`,
		),
	];
}

function missingData({ inputs, decisions, judgements }: Material): string[] {
	const { policy, now } = inputs;
	const unanswered = new Map<string, number>();
	for (const rule of judgements.flatMap((judgement) => judgement.unanswered))
		unanswered.set(rule, (unanswered.get(rule) ?? 0) + 1);
	const layers = [policy, policy['base-image']];
	const unknownFix = layers.some((rules) => rules?.['only-fixed'] === true)
		? decisions.filter(({ finding }) => finding.fix === 'unknown').length
		: 0;
	const withoutAge = layers.some((rules) => Object.keys(rules?.['grace-days'] ?? {}).length > 0)
		? decisions.filter(
				(decision) => decision.class === 'blocking' && firstSighting(decision.finding, now) === undefined,
			).length
		: 0;
	return [
		...[...unanswered].map(([rule, count]) => `${rule} could not judge ${findings(count)}: the scanner did not say.`),
		...(unknownFix === 0
			? []
			: [
					`only-fixed could not judge ${findings(unknownFix)}: this scanner does not know fixes, so each counts as fixable.`,
				]),
		...(withoutAge === 0
			? []
			: [
					`grace-days could not judge ${findings(withoutAge)}: the scanner does not say when it was first seen, or names a day to come.`,
				]),
	];
}

function baseImageNotes({ inputs: { policy, baseImage }, decisions }: Material): string[] {
	const rules = policy['base-image'];
	if (rules === undefined) return [];
	if (baseImage === undefined)
		return ["The base image's layers are not known: its findings are held against the rules of the application."];
	if (!areFor(rules, baseImage))
		return [`base-image is not for ${baseImage.name}: its findings are held against the rules of the application.`];
	const homeless = decisions.filter(({ finding }) => finding.packages.some(({ layers }) => layers.length === 0)).length;
	return homeless === 0
		? []
		: [
				`base-image could not judge ${findings(homeless)}: the scanner does not say in which layer, so the rules of the application hold.`,
			];
}

// A limit on a severity that never blocks reads like a rule and is none.
function uselessMax({ policy }: EvaluationInputs): string[] {
	const { block, max } = policy;
	const keys = Object.keys(block);
	if (keys.length !== 1 || block.severity === undefined) return [];
	const blocking = KNOWN_SEVERITIES.slice(0, KNOWN_SEVERITIES.indexOf(block.severity) + 1);
	return KNOWN_SEVERITIES.filter((severity) => max[severity] !== undefined && !blocking.includes(severity)).map(
		(severity) => `max.${severity} has no effect: only ${block.severity} and above block.`,
	);
}

function name({ place, id, package: item }: PlacedRule): string {
	return `${place} (${id}${item === undefined ? '' : ` in ${item}`})`;
}

function findings(count: number): string {
	return count === 1 ? '1 finding' : `${count} findings`;
}
