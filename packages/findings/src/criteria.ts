import { cvssScore, type Finding } from './finding.ts';
import type { LayerRules } from './policy.ts';
import { isAtLeast, type KnownSeverity, severityOfScore } from './severity.ts';

/** What the criteria say of one finding. */
export interface Judgement {
	/** The first criterion that it meets, as `block.severity`. */
	readonly met?: { readonly rule: string; readonly text: string };
	/** Criteria that could not be asked, since the scanner did not say. */
	readonly unanswered: readonly string[];
}

/**
 * Holds a finding against the criteria. What a scanner did not say is not "no": where none of the criteria could be asked,
 * `unknown-severity` decides.
 */
export function judge(finding: Finding, rules: LayerRules): Judgement {
	const answers = answersFor(finding, rules);
	const unanswered = answers.filter(({ meets }) => meets === undefined).map(({ rule }) => rule);
	const met = answers.find(({ meets }) => meets === true);
	if (met !== undefined) return { met: { rule: met.rule, text: met.text }, unanswered };
	const nothingAsked = answers.length === unanswered.length;
	if (nothingAsked && rules['unknown-severity'] !== 'ignore') return { met: NOTHING_ASKED, unanswered };
	return { unanswered };
}

/** The severity that counts: where it is unknown, that of the CVSS score, then that which the policy gives to unknown ones. */
export function effectiveSeverity(finding: Finding, rules: LayerRules): Finding['severity'] {
	if (finding.severity !== 'unknown') return finding.severity;
	const scored = cvssScore(finding.cvss);
	if (scored !== undefined) return severityOfScore(scored.score, scored.version);
	const stand = rules['unknown-severity'];
	return stand === 'block' || stand === 'ignore' ? 'unknown' : stand;
}

const UNKNOWN = { rule: 'unknown-severity', text: 'neither a severity nor a score is known' };
const NOTHING_ASKED = { rule: 'unknown-severity', text: 'nothing that the criteria ask for is known' };

interface Answer {
	readonly rule: string;
	readonly text: string;
	/** Undefined: not known. */
	readonly meets: boolean | undefined;
}

function answersFor(finding: Finding, rules: LayerRules): Answer[] {
	const { block } = rules;
	const score = cvssScore(finding.cvss)?.score;
	return [
		...(block.severity === undefined ? [] : [severityAnswer(finding, block.severity, rules)]),
		...(block['known-exploited'] === undefined
			? []
			: [{ rule: 'block.known-exploited', text: 'known to be exploited (CISA KEV)', meets: finding.knownExploited }]),
		...(block['exploit-available'] === undefined
			? []
			: [{ rule: 'block.exploit-available', text: 'an exploit is available', meets: finding.exploitAvailable }]),
		...(block.cvss === undefined ? [] : [scoreAnswer('cvss', 'CVSS', score, block.cvss)]),
		...(block.epss === undefined ? [] : [scoreAnswer('epss', 'EPSS', finding.epss, block.epss)]),
	];
}

function severityAnswer(finding: Finding, threshold: KnownSeverity, rules: LayerRules): Answer {
	const severity = effectiveSeverity(finding, rules);
	if (severity !== 'unknown')
		return { rule: 'block.severity', text: `severity ${severity}`, meets: isAtLeast(severity, threshold) };
	return { ...UNKNOWN, meets: rules['unknown-severity'] === 'block' };
}

function scoreAnswer(key: string, name: string, score: number | undefined, threshold: number): Answer {
	const meets = score === undefined ? undefined : score >= threshold;
	return { rule: `block.${key}`, text: `${name} ${score ?? 'unknown'}, ${threshold} and above block`, meets };
}
