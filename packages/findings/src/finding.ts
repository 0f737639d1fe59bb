import { normaliseSeverity, type Severity, severityOfScore } from './severity.ts';

/** One CVSS rating. `score` is the base score, 0 to 10. */
export interface Cvss {
	readonly source: string;
	readonly version?: string;
	readonly vector?: string;
	readonly score?: number;
}

/** Where the vulnerable code is. `layers` are digests (or diff ids) of the image's layers, one for each platform. */
export interface VulnerablePackage {
	readonly name: string;
	readonly version?: string;
	/** Type as package URLs name it: deb, rpm, apk, npm, maven, golang … */
	readonly type?: string;
	readonly purl?: string;
	readonly path?: string;
	readonly layers: readonly string[];
	readonly fixedVersions: readonly string[];
}

/** Whether an update repairs it. Basic scanning and SARIF cannot know. */
export type Fix = 'available' | 'partial' | 'none' | 'unknown';

/**
 * What a scanner calls one finding, in one shape for all of them, so that our counts are the scanner's counts.
 * An absent `epss`, `knownExploited` or `exploitAvailable` means unknown, never zero or no. Times are ISO 8601 in UTC.
 */
export interface Finding {
	readonly id: string;
	/** Other names of the same vulnerability. */
	readonly aliases: readonly string[];
	/** Normalised; taken from the CVSS score where the scanner gave none. */
	readonly severity: Severity;
	/** In the scanner's own word; empty where it said nothing. */
	readonly givenSeverity: string;
	readonly cvss: readonly Cvss[];
	/** Probability of exploitation within 30 days, 0 to 1 (first.org/epss). */
	readonly epss?: number;
	/** Listed in CISA's catalog of known exploited vulnerabilities. */
	readonly knownExploited?: boolean;
	readonly exploitAvailable?: boolean;
	readonly packages: readonly VulnerablePackage[];
	readonly fix: Fix;
	readonly firstSeen?: string;
	/** `os/architecture[/variant]` of the manifests that it was found in. */
	readonly platforms: readonly string[];
	readonly title?: string;
	readonly description?: string;
	readonly links: readonly string[];
	/** `suppressed`: the scanner's own rules hide it. It is kept and marked. */
	readonly status: 'active' | 'suppressed';
}

/** A finding as a reader puts it together: absent and undefined are the same, and the severity is still a word. */
export type FindingDraft = Omit<{ readonly [K in keyof Finding]: Finding[K] | undefined }, 'severity'>;

// Texts are for people: enough to understand a finding, and a bound on what a hostile advisory can put into a report.
const TITLE_LENGTH = 400;
const DESCRIPTION_LENGTH = 4000;
const LINKS = 10;
const LINK_LENGTH = 2000;
// No advisory has a longer id, no file system a longer path (PATH_MAX).
const ID_LENGTH = 256;
const NAME_LENGTH = 4096;

const EMPTY_DRAFT = {
	epss: undefined,
	knownExploited: undefined,
	exploitAvailable: undefined,
	firstSeen: undefined,
	title: undefined,
	description: undefined,
} as const;

/** Completes a reader's draft: normalises the severity, bounds the texts, and leaves out what is not known. */
export function finding(draft: FindingDraft): Finding {
	const { givenSeverity = '', cvss = [] } = draft;
	const id = cut(draft.id ?? '', ID_LENGTH);
	const aliases = (draft.aliases ?? []).map((alias) => cut(alias, ID_LENGTH));
	return {
		id,
		aliases: sortedSet(aliases.filter((alias) => alias !== id)),
		severity: severityFrom(givenSeverity, cvss),
		givenSeverity: cut(givenSeverity, ID_LENGTH),
		cvss,
		...defined('epss', draft.epss),
		...defined('knownExploited', draft.knownExploited),
		...defined('exploitAvailable', draft.exploitAvailable),
		packages: (draft.packages ?? []).map(bounded).sort(byPackage),
		fix: draft.fix ?? 'unknown',
		...defined('firstSeen', draft.firstSeen),
		platforms: sortedSet(draft.platforms ?? []),
		...defined('title', shorten(draft.title, TITLE_LENGTH)),
		...defined('description', shorten(draft.description, DESCRIPTION_LENGTH)),
		links: [...new Set(draft.links ?? [])].filter(isLink).slice(0, LINKS),
		status: draft.status ?? 'active',
	};
}

/** A finding that is complete already, with the same bounds on its texts. */
export function withinBounds(complete: Finding): Finding {
	const { id, aliases, givenSeverity, packages, title = '', description = '', links } = complete;
	const isShort = (text: string): boolean => text.length <= ID_LENGTH;
	const isWithin =
		isShort(id) &&
		isShort(givenSeverity) &&
		aliases.every(isShort) &&
		packages.every(isPackageWithin) &&
		title.length <= TITLE_LENGTH &&
		description.length <= DESCRIPTION_LENGTH &&
		links.length <= LINKS &&
		links.every(isLink);
	return isWithin ? complete : { ...finding({ ...EMPTY_DRAFT, ...complete }), severity: complete.severity };
}

/**
 * The base score that counts: the highest of version 3 and later; of version 2 only where there is no other. A score of 0 is
 * none: scanners write it where nobody has rated yet (Trivy and Grype for an unknown severity in SARIF).
 */
export function cvssScore(cvss: readonly Cvss[]): { readonly score: number; readonly version: string } | undefined {
	let highest: { readonly score: number; readonly version: string } | undefined;
	for (const { score, version = '' } of cvss) {
		if (score === undefined || score === 0) continue;
		const isOlder = version.startsWith('2');
		const wasOlder = highest?.version.startsWith('2') ?? true;
		const counts = highest === undefined || (isOlder === wasOlder ? score > highest.score : wasOlder);
		if (counts) highest = { score, version };
	}
	return highest;
}

/**
 * Which of the related names mean this very vulnerability. An advisory may stand for many CVEs, and one CVE is never
 * another: to ignore one of those must not hide the rest.
 */
export function aliasesAmong(id: string, related: readonly string[]): string[] {
	const cves = related.filter(isCve);
	const otherNames = related.filter((name) => !isCve(name));
	return isCve(id) || new Set(cves).size > 1 ? otherNames : related.slice();
}

/** What makes two findings the same one on two platforms. */
export function identityOf({ id, packages }: Finding): string {
	const parts = packages.map(({ type, name, version, path }) => [type, name, version, path].join('\u0001'));
	return [id, ...parts].join('\u0000');
}

/** Unique, in code unit order, so that the same input always gives the same bytes. */
export function sortedSet(values: Iterable<string>): string[] {
	return [...new Set(values)].sort();
}

/** A property, or nothing where there is no value. */
export function defined<K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } {
	return (value === undefined ? {} : { [key]: value }) as { readonly [P in K]?: V };
}

/** Tells whether two lists of names cannot mean the same vulnerability: both have CVEs, and none in common. */
export function areOtherCves(some: readonly string[], others: readonly string[]): boolean {
	const cves = some.filter(isCve);
	return cves.length > 0 && others.some(isCve) && !cves.some((name) => others.includes(name));
}

function isCve(name: string): boolean {
	return /^CVE-/i.test(name);
}

function severityFrom(given: string, cvss: readonly Cvss[]): Severity {
	const severity = normaliseSeverity(given);
	if (severity !== 'unknown') return severity;
	const highest = cvssScore(cvss);
	return highest === undefined ? 'unknown' : severityOfScore(highest.score, highest.version);
}

function shorten(text: string | undefined, length: number): string | undefined {
	const trimmed = text?.trim();
	return trimmed === undefined || trimmed === '' ? undefined : cut(trimmed, length);
}

function cut(text: string, length: number): string {
	return text.length <= length ? text : `${text.slice(0, length - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}

function bounded({ name, version, type, purl, path, layers, fixedVersions }: VulnerablePackage): VulnerablePackage {
	const part = <K extends string>(key: K, text: string | undefined) =>
		defined(key, text === undefined ? undefined : cut(text, NAME_LENGTH));
	return {
		name: cut(name, NAME_LENGTH),
		...part('version', version),
		...part('type', type),
		...part('purl', purl),
		...part('path', path),
		layers,
		fixedVersions: fixedVersions.map((fixed) => cut(fixed, NAME_LENGTH)),
	};
}

function isPackageWithin({
	name,
	version = '',
	type = '',
	purl = '',
	path = '',
	fixedVersions,
}: VulnerablePackage): boolean {
	const isShort = (text: string): boolean => text.length <= NAME_LENGTH;
	return (
		isShort(name) && isShort(version) && isShort(type) && isShort(purl) && isShort(path) && fixedVersions.every(isShort)
	);
}

function isLink(text: string): boolean {
	return text.length <= LINK_LENGTH && /^https?:\/\//i.test(text);
}

function byPackage(one: VulnerablePackage, other: VulnerablePackage): number {
	const key = ({ name, version, path }: VulnerablePackage): string => `${name}\u0000${version}\u0000${path}`;
	return key(one) < key(other) ? -1 : 1;
}
