import {
	aliasesAmong,
	defined,
	type Finding,
	type Fix,
	identityOf,
	sortedSet,
	type VulnerablePackage,
} from './finding.ts';
import { SEVERITIES, worse } from './severity.ts';

/** The scan of one manifest. Anything but `complete` means: what it would have found is not known. */
export interface PlatformScan {
	readonly platform: string;
	readonly digest?: string;
	readonly status: 'complete' | 'incomplete' | 'failed' | 'unsupported';
	/** Why it is not complete, in the scanner's words. */
	readonly reason?: string;
}

/** What is known of one image, as wait-for-scan writes it and gate-on-findings reads it. */
export interface Findings {
	readonly schemaVersion: 1;
	/** `registry/repository@digest`, as far as the scanner named it. */
	readonly image?: string;
	/** Name without the registry. */
	readonly repository?: string;
	/** Of the image: of the index, where it has several platforms. */
	readonly digest: string;
	readonly scanType: 'basic' | 'enhanced' | 'inspector' | 'trivy' | 'grype' | 'sarif' | 'several';
	/** The oldest of the platforms' scans, ISO 8601. */
	readonly scanCompletedAt?: string;
	/** When the scanner's knowledge of vulnerabilities was last updated, ISO 8601. */
	readonly sourceUpdatedAt?: string;
	readonly platforms: readonly PlatformScan[];
	readonly findings: readonly Finding[];
}

/** Builds the document in its one order of keys and findings. */
export function findingsDocument(parts: Omit<Findings, 'schemaVersion'>): Findings {
	return {
		schemaVersion: 1,
		...defined('image', parts.image),
		...defined('repository', parts.repository),
		digest: parts.digest,
		scanType: parts.scanType,
		...defined('scanCompletedAt', parts.scanCompletedAt),
		...defined('sourceUpdatedAt', parts.sourceUpdatedAt),
		platforms: parts.platforms,
		findings: worstFirst(parts.findings),
	};
}

/** The document as JSON, one finding a line: it can be read as a stream, and two of them compared by `diff`. */
export function formatFindings(document: Findings): string {
	const { findings, ...head } = document;
	const start = JSON.stringify({ ...head, findings: [] }).slice(0, -2);
	const lines = findings.map((finding) => JSON.stringify(finding));
	return lines.length === 0 ? `${start}]}\n` : `${start}\n${lines.join(',\n')}\n]}\n`;
}

/** One list for all platforms: the same finding in several manifests becomes one that names them all. */
export function mergeByPlatform(lists: readonly (readonly Finding[])[]): readonly Finding[] {
	const merged = new Map<string, Finding>();
	for (const finding of lists.flat()) {
		const key = identityOf(finding);
		const known = merged.get(key);
		merged.set(key, known === undefined ? finding : merge(known, finding));
	}
	return worstFirst([...merged.values()]);
}

/** Worst first, then by id and package. Findings that are in this order already are not copied. */
function worstFirst(findings: readonly Finding[]): readonly Finding[] {
	const isSorted = findings.every((finding, index) => {
		const before = findings[index - 1];
		return before === undefined || byDanger(before, finding) <= 0;
	});
	return isSorted ? findings : findings.toSorted(byDanger);
}

// Keys for all of them would be as large as the findings; two that agree in their first parts are rare.
function byDanger(one: Finding, other: Finding): number {
	if (one.severity !== other.severity) return SEVERITIES.indexOf(one.severity) - SEVERITIES.indexOf(other.severity);
	return compare(one.id, other.id) || compare(identityOf(one), identityOf(other));
}

function compare(one: string, other: string): number {
	return one < other ? -1 : Number(one > other);
}

// Where two platforms differ, the merged finding is the more dangerous of both.
function merge(one: Finding, other: Finding): Finding {
	return {
		id: one.id,
		aliases: sortedSet(aliasesAmong(one.id, [...one.aliases, ...other.aliases])),
		severity: worse(one.severity, other.severity),
		givenSeverity: one.givenSeverity,
		cvss: unique([...one.cvss, ...other.cvss]),
		...defined('epss', larger(one.epss, other.epss)),
		...defined('knownExploited', either(one.knownExploited, other.knownExploited)),
		...defined('exploitAvailable', either(one.exploitAvailable, other.exploitAvailable)),
		packages: one.packages.map((item, index) => mergePackages(item, other.packages[index] ?? item)),
		fix: fixOfBoth(one.fix, other.fix),
		...defined('firstSeen', earlier(one.firstSeen, other.firstSeen)),
		platforms: sortedSet([...one.platforms, ...other.platforms]),
		...defined('title', one.title ?? other.title),
		...defined('description', one.description ?? other.description),
		links: unique([...one.links, ...other.links]),
		status: one.status === 'suppressed' ? other.status : 'active',
	};
}

function mergePackages(one: VulnerablePackage, other: VulnerablePackage): VulnerablePackage {
	return {
		...one,
		layers: sortedSet([...one.layers, ...other.layers]),
		fixedVersions: sortedSet([...one.fixedVersions, ...other.fixedVersions]),
	};
}

function fixOfBoth(one: Fix, other: Fix): Fix {
	return (['available', 'partial', 'unknown'] as const).find((fix) => fix === one || fix === other) ?? 'none';
}

function either(one: boolean | undefined, other: boolean | undefined): boolean | undefined {
	return one === true || other === true ? true : (one ?? other);
}

function larger(one: number | undefined, other: number | undefined): number | undefined {
	return one === undefined || other === undefined ? (one ?? other) : Math.max(one, other);
}

/** The earlier of two ISO times. */
function earlier(one: string | undefined, other: string | undefined): string | undefined {
	return one === undefined || other === undefined || one < other ? (one ?? other) : other;
}

function unique<T>(values: readonly T[]): T[] {
	return [...new Map(values.map((value) => [JSON.stringify(value), value])).values()];
}
