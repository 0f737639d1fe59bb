import type { Decision, EvaluationInputs } from './evaluate.ts';
import type { Finding } from './finding.ts';
import { covers, openIgnores } from './ignore.ts';
import { occurrencesOf } from './occurrence.ts';
import type { PlacedRule } from './policy.ts';

/** What became of one finding, and of every rule that names it. Texts may hold words of strangers. */
export interface Explanation {
	/** As it was asked for. */
	readonly id: string;
	readonly decision: Decision;
	/** Everything that bore on the decision, or was meant to and did not; a sentence each. */
	readonly because: readonly string[];
}

/** Explains every finding of these ids, or aliases; exact, as rules match. An id that nothing has gets no explanation. */
export function explain(
	ids: readonly string[],
	decisions: readonly Decision[],
	{ policy, now }: Pick<EvaluationInputs, 'policy' | 'now'>,
): Explanation[] {
	const { naming } = openIgnores(policy.ignore, now);
	return ids.flatMap((id) =>
		decisions
			.filter(({ finding }) => finding.id === id || finding.aliases.includes(id))
			.map((decision) => ({ id, decision, because: reasonsOf(decision, naming(decision.finding)) })),
	);
}

function reasonsOf(decision: Decision, named: readonly PlacedRule[]): string[] {
	const { class: end, rule, reason, tolerated, isNew, expiredRules, ignoredBy = [], otherPolicy, finding } = decision;
	const { unanswered = [] } = decision;
	const idle = named.filter(
		({ place }) => !expiredRules.includes(place) && !ignoredBy.some((one) => one.place === place),
	);
	return [
		`${rule} decides: ${reason}`,
		...(tolerated ? [`max tolerates as many of its severity (${finding.severity})`] : []),
		...unanswered.map((criterion) => `${criterion} could not be asked: the scanner did not say`),
		...expiredRules.map((place) => `${place} would have ignored it, but has expired`),
		...idle.map((candidate) => whyIdle(candidate, decision)),
		...(otherPolicy === undefined
			? []
			: [`the other policy says ${otherPolicy.class} by ${otherPolicy.rule}: ${otherPolicy.reason}`]),
		...(end === 'blocking' || !isNew ? [isNew ? 'it is not in the baseline' : 'it is in the baseline'] : []),
	];
}

// What a user asks most: why did my rule not help.
function whyIdle(rule: PlacedRule, { finding, class: end }: Decision): string {
	const left = occurrencesOf(finding).filter((place) => !covers(rule, place));
	const [first] = left;
	if (first === undefined) return `${rule.place} names it too; it was not needed, for it is ${end}`;
	const where = [first.package?.name, first.platform].filter((part) => part !== undefined).join(' on ');
	return `${rule.place} names it, but leaves ${left.length} of its ${placesOf(finding)} uncovered: ${where || 'it names no package'}`;
}

function placesOf(finding: Finding): string {
	const count = occurrencesOf(finding).length;
	return count === 1 ? '1 place' : `${count} places`;
}
