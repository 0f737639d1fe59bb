import type { Judgement } from './criteria.ts';
import type { Decision, EvaluationInputs } from './evaluate.ts';
import type { IgnoreReport, NumberedRule } from './ignore.ts';
import { KNOWN_SEVERITIES } from './severity.ts';
import type { VexStatement } from './vex.ts';

interface Material {
	readonly inputs: EvaluationInputs;
	readonly decisions: readonly Decision[];
	readonly judgements: readonly Judgement[];
	readonly ignoreRules: IgnoreReport;
	readonly unusedVex: readonly VexStatement[];
}

/** What must not stay unsaid beside a verdict. The texts may hold words of the policy's and the documents' authors. */
export function evaluationNotes(material: Material): string[] {
	const { inputs, ignoreRules, unusedVex } = material;
	return [
		...missingData(material),
		...baseImageNotes(inputs),
		...uselessMax(inputs),
		...ignoreRules.expired.map(
			(entry) => `${name(entry)} expired on ${entry.rule.expires}: what it matches counts again.`,
		),
		...ignoreRules.expiringSoon.map((entry) => `${name(entry)} holds only until ${entry.rule.expires}.`),
		...ignoreRules.unused.map((entry) => `${name(entry)} matches nothing; it can go.`),
		...unusedVex.map(
			({ source, names }) => `The VEX statement on ${names[0]} (${source}) matches nothing in this image.`,
		),
	];
}

function missingData({ inputs, decisions, judgements }: Material): string[] {
	const { policy } = inputs;
	const unanswered = new Map<string, number>();
	for (const rule of judgements.flatMap((judgement) => judgement.unanswered))
		unanswered.set(rule, (unanswered.get(rule) ?? 0) + 1);
	const layers = [policy, policy['base-image']];
	const unknownFix = layers.some((rules) => rules?.['only-fixed'] === true)
		? decisions.filter(({ finding }) => finding.fix === 'unknown').length
		: 0;
	const withoutAge = layers.some((rules) => Object.keys(rules?.['grace-days'] ?? {}).length > 0)
		? decisions.filter((decision) => decision.class === 'blocking' && decision.finding.firstSeen === undefined).length
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
			: [`grace-days could not judge ${findings(withoutAge)}: the scanner does not say when it was first seen.`]),
	];
}

function baseImageNotes({ policy, baseLayers }: EvaluationInputs): string[] {
	return policy['base-image'] !== undefined && baseLayers === undefined
		? ["The base image's layers are not known: its findings are held against the rules of the application."]
		: [];
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

function name({ index, rule }: NumberedRule): string {
	return `ignore[${index}] (${rule.id}${rule.package === undefined ? '' : ` in ${rule.package}`})`;
}

function findings(count: number): string {
	return count === 1 ? '1 finding' : `${count} findings`;
}
