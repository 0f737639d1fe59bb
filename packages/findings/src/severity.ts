/** From worst to least; `unknown` is not a level but the absence of one, and is never counted as harmless. */
export const SEVERITIES = ['critical', 'high', 'medium', 'low', 'informational', 'unknown'] as const;
export type Severity = (typeof SEVERITIES)[number];
/** A severity that a threshold can name. */
export type KnownSeverity = Exclude<Severity, 'unknown'>;
export const KNOWN_SEVERITIES = SEVERITIES.filter((severity): severity is KnownSeverity => severity !== 'unknown');

/** How many of each; `total` is their sum. */
export type SeverityCounts = Readonly<Record<Severity | 'total', number>>;

// ECR: ImageScanFinding.severity; Inspector adds UNTRIAGED; Trivy and Grype their own words for the lowest level.
const WORDS = new Map<string, Severity>(
	Object.entries({
		critical: 'critical',
		high: 'high',
		medium: 'medium',
		moderate: 'medium',
		low: 'low',
		informational: 'informational',
		negligible: 'informational',
		none: 'informational',
	} as const),
);

/** The severity that a scanner's word stands for; `unknown` for UNTRIAGED, UNDEFINED, and every word not known here. */
export function normaliseSeverity(given: string | undefined): Severity {
	return WORDS.get(given?.trim().toLowerCase() ?? '') ?? 'unknown';
}

/** The qualitative rating of a base score (first.org, CVSS v3.1 section 5; v2 as NVD rates it, which has no critical). */
export function severityOfScore(score: number, version?: string): KnownSeverity {
	if (score >= 9 && !version?.startsWith('2')) return 'critical';
	if (score >= 7) return 'high';
	if (score >= 4) return 'medium';
	return score > 0 ? 'low' : 'informational';
}

/** Tells whether a severity is this bad or worse. */
export function isAtLeast(severity: KnownSeverity, threshold: KnownSeverity): boolean {
	return SEVERITIES.indexOf(severity) <= SEVERITIES.indexOf(threshold);
}

/** The worse of two; a known one is preferred to `unknown`. */
export function worse(one: Severity, other: Severity): Severity {
	return SEVERITIES.indexOf(one) <= SEVERITIES.indexOf(other) ? one : other;
}

export function countBySeverity(findings: Iterable<{ readonly severity: Severity }>): SeverityCounts {
	const counts = { critical: 0, high: 0, medium: 0, low: 0, informational: 0, unknown: 0, total: 0 };
	for (const { severity } of findings) {
		counts[severity] += 1;
		counts.total += 1;
	}
	return counts;
}
