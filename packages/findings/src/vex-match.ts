import { areOtherCves, type Finding } from './finding.ts';
import type { PlatformScan } from './findings.ts';
import { type Occurrence, occurrencesOf } from './occurrence.ts';
import { parsePurl, purlMatches } from './purl.ts';
import type { VexProduct, VexStatement } from './vex.ts';

/** The image that a verdict is about, as far as it is known by name. */
export interface Subject {
	readonly digest: string;
	readonly registry?: string;
	readonly repository?: string;
	readonly platforms: readonly PlatformScan[];
}

export interface Vex {
	/** The statements by which this finding does not hold for the image; undefined when something of it is left. */
	covering(finding: Finding): readonly VexStatement[] | undefined;
	/** Statements that spoke of nothing that was found. */
	unused(): readonly VexStatement[];
}

/** Replays the statements in the order of their times: the last one that speaks of a thing holds. */
export function openVex(statements: readonly VexStatement[], subject: Subject): Vex {
	// Of two statements of the same time the one written later holds; sorting by time leaves this order.
	const latestFirst = statements.toReversed().sort((one, other) => other.time - one.time);
	const places = new Map(latestFirst.map((statement, place) => [statement, place]));
	const placeOf = (statement: VexStatement): number => places.get(statement) ?? 0;
	const byName = new Map<string, VexStatement[]>();
	for (const statement of latestFirst)
		for (const name of new Set(statement.names)) byName.set(name, [...(byName.get(name) ?? []), statement]);
	const used = new Set<VexStatement>();

	return {
		covering(finding) {
			const names = [finding.id, ...finding.aliases];
			const candidates = names
				.flatMap((name) => byName.get(name) ?? [])
				// Two CVEs may share an advisory as alias; what is said of one is not said of the other.
				.filter((statement) => !areOtherCves(names, statement.names))
				.sort((one, other) => placeOf(one) - placeOf(other));
			if (candidates.length === 0) return undefined;
			const holding = occurrencesOf(finding).map((place) =>
				candidates.find(({ products }) => products.some((product) => speaksOf(product, place, subject))),
			);
			for (const statement of holding) if (statement !== undefined) used.add(statement);
			const clearing = holding.filter(
				(statement) => statement?.status === 'not_affected' || statement?.status === 'fixed',
			);
			const complete = clearing.filter((statement) => statement !== undefined);
			return complete.length === holding.length ? [...new Set(complete)] : undefined;
		},
		unused: () => statements.filter((statement) => !used.has(statement)),
	};
}

function speaksOf(product: VexProduct, place: Occurrence, subject: Subject): boolean {
	const isPackage = (ids: readonly string[]): boolean => ids.some((id) => purlMatches(id, place.package?.purl));
	if (isPackage(product.ids)) return true;
	if (!product.ids.some((id) => isImage(id, place, subject))) return false;
	return product.subcomponents.length === 0 || product.subcomponents.some(isPackage);
}

/** Tells whether an identifier means the image, or the platform's manifest in which this occurrence is. */
function isImage(id: string, { platform }: Occurrence, subject: Subject): boolean {
	const digests = [
		subject.digest,
		...subject.platforms.flatMap((scan) =>
			scan.platform === platform && scan.digest !== undefined ? [scan.digest] : [],
		),
	];
	if (digests.some((digest) => id === digest || id.endsWith(`@${digest}`)) && !id.startsWith('pkg:')) return true;
	const purl = parsePurl(id);
	if (purl?.type !== 'oci') return false;
	const architecture = purl.qualifiers.get('arch');
	if (architecture !== undefined && platform?.split('/')[1] !== architecture) return false;
	if (purl.version !== undefined) return digests.includes(purl.version);
	return isRepository(purl.name, purl.qualifiers, subject);
}

// Without a digest the name decides (purl-spec, types/oci: the name is the last part of the repository's). A tag says which
// of its images is meant, and nobody here knows to which digest it pointed then.
function isRepository(
	name: string,
	qualifiers: ReadonlyMap<string, string>,
	{ registry, repository }: Subject,
): boolean {
	if (repository === undefined || qualifiers.has('tag')) return false;
	if (repository.split('/').at(-1) !== name) return false;
	const url = qualifiers.get('repository_url');
	if (url === undefined) return true;
	// Where the registry is not known, any may be meant; the repository is all that follows its host.
	return registry === undefined ? url.slice(url.indexOf('/') + 1) === repository : url === `${registry}/${repository}`;
}
