import type { Finding } from './finding.ts';
import { DAY } from './grace.ts';
import { isPlatform, type Occurrence, occurrencesOf } from './occurrence.ts';
import { matchesPattern } from './pattern.ts';
import type { IgnoreRule, PlacedRule } from './policy.ts';
import { purlMatches } from './purl.ts';

/** What became of the ignore rules over all findings. */
export interface IgnoreReport {
	/** Past their last day: what they matched counts again. */
	readonly expired: readonly PlacedRule[];
	/** Within 14 days of it. */
	readonly expiringSoon: readonly PlacedRule[];
	/** Matched nothing at all. */
	readonly unused: readonly PlacedRule[];
}

export interface Ignores {
	/** The rules that together take this finding away; undefined when something of it is left. */
	covering(finding: Finding): readonly PlacedRule[] | undefined;
	/** Expired rules that would have matched something of it. */
	expiredFor(finding: Finding): readonly PlacedRule[];
	/** Rules of its id or of an alias, whatever they narrow themselves to. */
	naming(finding: Finding): readonly PlacedRule[];
	report(): IgnoreReport;
}

const SOON_DAYS = 14;

/** Prepares the rules for many findings. `now` is milliseconds since 1970. */
export function openIgnores(rules: readonly PlacedRule[], now: number): Ignores {
	const byId = new Map<string, PlacedRule[]>();
	for (const rule of rules) byId.set(rule.id, [...(byId.get(rule.id) ?? []), rule]);
	const used = new Set<PlacedRule>();

	const naming = ({ id, aliases }: Finding): PlacedRule[] => [id, ...aliases].flatMap((name) => byId.get(name) ?? []);
	const matching = (finding: Finding): PlacedRule[] => {
		const candidates = naming(finding);
		if (candidates.length === 0) return [];
		const occurrences = occurrencesOf(finding);
		const found = candidates.filter((rule) => occurrences.some((occurrence) => covers(rule, occurrence)));
		for (const rule of found) used.add(rule);
		return found;
	};

	return {
		naming,
		covering(finding) {
			const active = matching(finding).filter((rule) => !isExpired(rule, now));
			if (active.length === 0) return undefined;
			const responsible = occurrencesOf(finding).map((place) => active.find((rule) => covers(rule, place)));
			const complete = responsible.filter((rule) => rule !== undefined);
			return complete.length === responsible.length ? [...new Set(complete)] : undefined;
		},
		expiredFor: (finding) => matching(finding).filter((rule) => isExpired(rule, now)),
		report: () => ({
			expired: rules.filter((rule) => isExpired(rule, now)),
			expiringSoon: rules.filter((rule) => !isExpired(rule, now) && isExpired(rule, now + SOON_DAYS * DAY)),
			unused: rules.filter((rule) => !used.has(rule)),
		}),
	};
}

/** What a rule narrows itself to must be so; what it leaves out may be anything. */
export function covers(rule: IgnoreRule, { package: item, platform }: Occurrence): boolean {
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
