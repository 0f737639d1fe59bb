import { type BaseImage, baseRulesFor } from './base-image.ts';
import { openBaseline } from './baseline.ts';
import { effectiveSeverity, type Judgement, judge } from './criteria.ts';
import type { Finding } from './finding.ts';
import type { Findings } from './findings.ts';
import { DAY, firstSighting } from './grace.ts';
import { type IgnoreReport, type Ignores, openIgnores } from './ignore.ts';
import { evaluationNotes } from './notes.ts';
import { combine } from './org-evaluation.ts';
import { type EffectivePolicy, type LayerRules, ORG, type PlacedRule } from './policy.ts';
import { countBySeverity, SEVERITIES, type Severity, type SeverityCounts } from './severity.ts';
import type { VexStatement } from './vex.ts';
import { openVex, type Vex } from './vex-match.ts';

/** Where a finding can end; each ends in exactly one. */
export const FINDING_CLASSES = [
	'blocking',
	'ignored',
	'vex-not-affected',
	'below-threshold',
	'in-grace',
	'in-baseline',
] as const;
export type FindingClass = (typeof FINDING_CLASSES)[number];

/** One finding, where it ended, and by which rule. */
export interface Decision {
	readonly finding: Finding;
	readonly class: FindingClass;
	/** Place of the rule in the policy: `block.severity`, `ignore[2]`, `grace-days.high`, `vex`, `base-image.block.cvss`. */
	readonly rule: string;
	/** The same for people. It may hold text of strangers. */
	readonly reason: string;
	readonly isNew: boolean;
	/** It would block, but `max` tolerates as many of its severity. */
	readonly tolerated: boolean;
	/** Places of the ignore rules that would have taken it away, had they not expired. */
	readonly expiredRules: readonly string[];
	/** Criteria that could have made it block and that could not be asked of it, as nothing is known: `block.known-exploited`. */
	readonly unanswered?: readonly string[];
	/** The rules that took it away, where its class is `ignored` by the policy. */
	readonly ignoredBy?: readonly PlacedRule[];
	/** With an org policy: what the policy that did not decide says. */
	readonly otherPolicy?: Pick<Decision, 'class' | 'rule' | 'reason' | 'tolerated'>;
}

export interface Evaluation {
	readonly verdict: 'passed' | 'failed';
	/** In the order of the findings: worst first. */
	readonly decisions: readonly Decision[];
	/** All findings by their own severity. */
	readonly counts: SeverityCounts;
	readonly classes: Readonly<Record<FindingClass, number>>;
	readonly newFindings: number;
	readonly ignoreRules: IgnoreReport;
	/** Of how many findings that do not block a criterion could not be asked, by the criterion. */
	readonly unanswered: Readonly<Record<string, number>>;
	/** What a reader of the verdict must know: data that was missing, rules that were of no use. */
	readonly notes: readonly string[];
}

export interface EvaluationInputs {
	readonly findings: Findings;
	readonly policy: EffectivePolicy;
	/** Every finding is held against this one too, and blocks where either of both blocks. */
	readonly orgPolicy?: EffectivePolicy;
	/** Registry host of the image, where it is known. */
	readonly registry?: string;
	readonly vex: readonly VexStatement[];
	/** Findings of what runs now; absent: every finding is new. */
	readonly baseline?: readonly Finding[];
	/** Absent: not known, and all rules are the application's. */
	readonly baseImage?: BaseImage;
	/** Milliseconds since 1970. */
	readonly now: number;
}

interface Judge {
	readonly inputs: EvaluationInputs;
	readonly ignores: Ignores;
	readonly vex: Vex;
	readonly isInBaseline: (finding: Finding) => boolean;
}

type Classified = Omit<Decision, 'tolerated'> & { readonly severity: Severity; readonly judgement?: Judgement };

/** Holds every finding against the policy, and the org policy. The same inputs always give the same decisions. */
export function evaluate(inputs: EvaluationInputs): Evaluation {
	const { findings, policy, orgPolicy } = inputs;
	const own = judgeAll(inputs, '');
	const org = orgPolicy === undefined ? undefined : judgeAll({ ...inputs, policy: orgRules(orgPolicy, policy) }, ORG);
	const decisions =
		org === undefined ? own.decisions : own.decisions.map((decision, index) => combine(decision, org.decisions[index]));
	const blocks = decisions.some((decision) => decision.class === 'blocking' && !decision.tolerated);
	return {
		verdict: blocks ? 'failed' : 'passed',
		decisions,
		counts: countBySeverity(findings.findings),
		classes: countClasses(decisions),
		newFindings: decisions.filter(({ isNew }) => isNew).length,
		ignoreRules: own.ignoreRules,
		unanswered: countUnanswered(decisions),
		notes: [...new Set([...own.notes, ...(org?.notes ?? [])])],
	};
}

/** What the org policy takes away is its own to say; the repository's rules count under it only where it accepts them. */
function orgRules(org: EffectivePolicy, { ignore }: EffectivePolicy): EffectivePolicy {
	return org.accept.includes('ignore') ? { ...org, ignore } : org;
}

/** Holds every finding against one policy. `prefix` is put before the places of its rules. */
function judgeAll(inputs: EvaluationInputs, prefix: string): Pick<Evaluation, 'decisions' | 'ignoreRules' | 'notes'> {
	const { findings, policy, registry, vex, baseline, now } = inputs;
	const subject = { ...findings, ...(registry === undefined ? {} : { registry }) };
	const judgeOfAll: Judge = {
		inputs,
		ignores: openIgnores(policy.ignore, now),
		vex: openVex(vex, subject),
		isInBaseline: baseline === undefined ? () => false : openBaseline(baseline),
	};
	const classified = findings.findings.map((finding) => classify(finding, judgeOfAll, prefix));
	const tolerated = toleratedSeverities(classified, policy);
	const decisions = classified.map(
		({ severity, judgement: _, ...decision }): Decision => ({
			...decision,
			tolerated: decision.class === 'blocking' && tolerated.has(severity),
		}),
	);
	const ignoreRules = judgeOfAll.ignores.report();
	return {
		decisions,
		ignoreRules,
		notes: evaluationNotes({
			inputs,
			prefix,
			decisions,
			judgements: classified.flatMap(({ judgement }) => judgement ?? []),
			ignoreRules,
			unusedVex: judgeOfAll.vex.unused(),
		}),
	};
}

function classify(finding: Finding, { inputs, ignores, vex, isInBaseline }: Judge, prefix: string): Classified {
	const { policy, baseImage, now } = inputs;
	const baseRules = baseRulesFor(finding, policy, baseImage);
	const rules = baseRules ?? policy;
	const place = `${prefix}${baseRules === undefined ? '' : 'base-image.'}`;
	const covering = ignores.covering(finding);
	const statements = vex.covering(finding);
	const common = {
		finding,
		severity: effectiveSeverity(finding, rules),
		isNew: !isInBaseline(finding),
		expiredRules: ignores.expiredFor(finding).map(({ place: where }) => where),
	};
	if (finding.status === 'suppressed')
		return { ...common, class: 'ignored', rule: 'scanner', reason: "suppressed by the scanner's own rules" };
	if (covering !== undefined) {
		const rule = covering.map(({ place: where }) => where).join(', ');
		const reason = covering.map(({ reason: why, expires }) => `${why} (${expiryText(expires)})`).join('; ');
		return { ...common, class: 'ignored', rule, reason, ignoredBy: covering };
	}
	if (statements !== undefined) {
		const reason = statements.map(({ status, justification, source }) => `${status}: ${justification} (${source})`);
		return { ...common, class: 'vex-not-affected', rule: 'vex', reason: reason.join('; ') };
	}
	return { ...common, ...classifyByThreshold(finding, rules, place, common, now) };
}

function classifyByThreshold(
	finding: Finding,
	rules: LayerRules,
	place: string,
	{ severity, isNew }: Pick<Classified, 'severity' | 'isNew'>,
	now: number,
): Pick<Classified, 'class' | 'rule' | 'reason' | 'judgement' | 'unanswered'> {
	const judgement = judge(finding, rules);
	const { met } = judgement;
	if (met === undefined) {
		// Where nothing at all could be asked, it is the policy's word on what is unknown that lets it pass.
		const isAsked = judgement.unanswered.length < Object.keys(rules.block).length;
		const unanswered = isAsked ? judgement.unanswered.map((rule) => `${place}${rule}`) : [];
		return {
			class: 'below-threshold',
			rule: `${place}block`,
			reason: 'meets no criterion that blocks',
			judgement,
			...(unanswered.length === 0 ? {} : { unanswered }),
		};
	}
	if (rules['only-fixed'] && finding.fix === 'none')
		return { class: 'below-threshold', rule: `${place}only-fixed`, reason: 'no fix exists', judgement };
	const days = rules['grace-days'][severity] ?? 0;
	const seen = firstSighting(finding, now);
	const end = seen === undefined ? undefined : seen + days * DAY;
	if (days > 0 && end !== undefined && now < end) {
		const reason = `first seen ${finding.firstSeen?.slice(0, 10)}, blocks from ${new Date(end).toISOString().slice(0, 10)}`;
		return { class: 'in-grace', rule: `${place}grace-days.${severity}`, reason, judgement };
	}
	if (!isNew) return { class: 'in-baseline', rule: 'baseline', reason: 'found in what runs now, too', judgement };
	return { class: 'blocking', rule: `${place}${met.rule}`, reason: met.text, judgement };
}

/** The severities of which no more would block than `max` tolerates. */
function toleratedSeverities(classified: readonly Classified[], { max }: EffectivePolicy): ReadonlySet<Severity> {
	const blocking = countBySeverity(classified.filter((entry) => entry.class === 'blocking'));
	return new Set(SEVERITIES.filter((severity) => blocking[severity] <= (max[severity] ?? 0)));
}

function countClasses(decisions: readonly Decision[]): Record<FindingClass, number> {
	const counts = {
		blocking: 0,
		ignored: 0,
		'vex-not-affected': 0,
		'below-threshold': 0,
		'in-grace': 0,
		'in-baseline': 0,
	};
	for (const decision of decisions) counts[decision.class] += 1;
	return counts;
}

function countUnanswered(decisions: readonly Decision[]): Record<string, number> {
	const counts: Record<string, number> = {};
	for (const { class: end, tolerated, unanswered = [] } of decisions)
		if (end !== 'blocking' || tolerated) for (const rule of unanswered) counts[rule] = (counts[rule] ?? 0) + 1;
	return counts;
}

function expiryText(expires: string): string {
	return expires === 'never' ? 'never expires' : `until ${expires}`;
}
