import type { Finding } from './finding.ts';
import { isPlatform, type Occurrence, occurrencesOf } from './occurrence.ts';
import { matchesPattern } from './pattern.ts';
import type { IgnoreRule } from './policy.ts';
import { purlMatches } from './purl.ts';

/** An ignore rule with its place in the policy. */
export interface NumberedRule {
	readonly index: number;
	readonly rule: IgnoreRule;
}

/** What became of the ignore rules over all findings. */
export interface IgnoreReport {
	/** Past their last day: what they matched counts again. */
	readonly expired: readonly NumberedRule[];
	/** Within 14 days of it. */
	readonly expiringSoon: readonly NumberedRule[];
	/** Matched nothing at all. */
	readonly unused: readonly NumberedRule[];
}

export interface Ignores {
	/** The rules that together take this finding away; undefined when something of it is left. */
	covering(finding: Finding): readonly NumberedRule[] | undefined;
	/** Expired rules that would have matched something of it. */
	expiredFor(finding: Finding): readonly NumberedRule[];
	report(): IgnoreReport;
}

const DAY = 86_400_000;
const SOON_DAYS = 14;

/** @param now milliseconds since 1970 */
export function openIgnores(rules: readonly IgnoreRule[], now: number): Ignores {
	const numbered = rules.map((rule, index): NumberedRule => ({ index, rule }));
	const byId = new Map<string, NumberedRule[]>();
	for (const entry of numbered) byId.set(entry.rule.id, [...(byId.get(entry.rule.id) ?? []), entry]);
	const used = new Set<NumberedRule>();

	const matching = (finding: Finding): NumberedRule[] => {
		const candidates = [finding.id, ...finding.aliases].flatMap((id) => byId.get(id) ?? []);
		if (candidates.length === 0) return [];
		const occurrences = occurrencesOf(finding);
		const found = candidates.filter(({ rule }) => occurrences.some((occurrence) => covers(rule, occurrence)));
		for (const entry of found) used.add(entry);
		return found;
	};

	return {
		covering(finding) {
			const active = matching(finding).filter(({ rule }) => !isExpired(rule, now));
			const responsible = occurrencesOf(finding).map((place) => active.find(({ rule }) => covers(rule, place)));
			const complete = responsible.filter((entry) => entry !== undefined);
			return complete.length === responsible.length ? [...new Set(complete)] : undefined;
		},
		expiredFor: (finding) => matching(finding).filter(({ rule }) => isExpired(rule, now)),
		report: () => ({
			expired: numbered.filter(({ rule }) => isExpired(rule, now)),
			expiringSoon: numbered.filter(({ rule }) => !isExpired(rule, now) && isExpired(rule, now + SOON_DAYS * DAY)),
			unused: numbered.filter((entry) => !used.has(entry)),
		}),
	};
}

/** What a rule narrows itself to must be so; what it leaves out may be anything. */
function covers(rule: IgnoreRule, { package: item, platform }: Occurrence): boolean {
	return (
		(rule.package === undefined || rule.package === item?.name) &&
		(rule.purl === undefined || purlMatches(rule.purl, item?.purl)) &&
		(rule.path === undefined || (item?.path !== undefined && matchesPattern(rule.path, item.path))) &&
		(rule.platform === undefined || isPlatform(rule.platform, platform))
	);
}

// A rule holds through its last day, in UTC.
function isExpired({ expires }: IgnoreRule, now: number): boolean {
	return expires !== 'never' && now >= Date.parse(`${expires}T00:00:00Z`) + DAY;
}
