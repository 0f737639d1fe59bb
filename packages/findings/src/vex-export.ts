import { digestOf } from '@ecr-pipeline/core';
import type { Decision } from './evaluate.ts';
import type { Findings } from './findings.ts';
import { covers } from './ignore.ts';
import { type Occurrence, occurrencesOf } from './occurrence.ts';
import type { PlacedRule } from './policy.ts';
import { imagePurl } from './purl.ts';

export interface VexExport {
	/** `[registry/]repository@digest` */
	readonly image: string;
	readonly findings: Findings;
	readonly decisions: readonly Decision[];
	/** Who answers for the ignore rules, as an IRI. */
	readonly author: string;
	readonly tooling: string;
	/** How the policy is called. */
	readonly policy: string;
	/** Milliseconds since 1970. */
	readonly now: number;
}

/**
 * The ignore rules that took something away, as an OpenVEX document (openvex/spec, OPENVEX-SPEC.md v0.2.0). A rule with a
 * justification says `not_affected`; one without has only been accepted, and says `affected` with the reason as its
 * action_statement: to claim more would be a false statement about the image. VEX knows no expiry, so it stands in
 * status_notes. The same parts give the same bytes.
 */
export function formatVex(parts: VexExport): string {
	const statements = parts.decisions.flatMap((decision) =>
		(decision.ignoredBy ?? []).map((rule) => statementOf(decision, rule, parts)),
	);
	const document = {
		'@context': 'https://openvex.dev/ns/v0.2.0',
		'@id': `urn:ecr-pipeline:vex:${digestOf(JSON.stringify([parts.image, parts.author, statements])).slice('sha256:'.length)}`,
		author: parts.author,
		timestamp: new Date(parts.now).toISOString(),
		version: 1,
		tooling: parts.tooling,
		statements,
	};
	return `${JSON.stringify(document, undefined, '\t')}\n`;
}

function statementOf({ finding }: Decision, rule: PlacedRule, parts: VexExport): object {
	const { justification, reason, expires, place, path } = rule;
	const covered = occurrencesOf(finding).filter((occurrence) => covers(rule, occurrence));
	const until = expires === 'never' ? 'Accepted without an end' : `Accepted until ${expires}`;
	return {
		vulnerability: { name: finding.id, ...(finding.aliases.length === 0 ? {} : { aliases: finding.aliases }) },
		products: products(rule, covered, parts),
		...(justification === undefined
			? { status: 'affected', action_statement: `${until}: ${reason}` }
			: { status: 'not_affected', justification, impact_statement: reason }),
		status_notes: `${place} of ${parts.policy}${path === undefined ? '' : `, only in ${path}`}, ${expires === 'never' ? 'never expires' : `holds until ${expires}`}`,
	};
}

/** The image; where the rule is for one platform, the manifests of that platform. */
function products(rule: PlacedRule, covered: readonly Occurrence[], { image, findings }: VexExport): object[] {
	const name = image.slice(0, image.lastIndexOf('@'));
	// Without a narrower word the rule is about the whole image, packages that have no package URL included.
	const isNarrow = rule.package !== undefined || rule.purl !== undefined || rule.path !== undefined;
	const named = isNarrow ? covered : [];
	if (rule.platform === undefined) return [product(imagePurl(name, findings.digest), findings.digest, named)];
	const platforms = [...new Set(covered.map(({ platform }) => platform))];
	return platforms.map((platform) => {
		const digest = findings.platforms.find((scan) => scan.platform === platform)?.digest ?? findings.digest;
		const here = named.filter((occurrence) => occurrence.platform === platform);
		return product(imagePurl(name, digest, platform?.split('/')[1]), digest, here);
	});
}

function product(purl: string, digest: string, covered: readonly Occurrence[]): object {
	const purls = [...new Set(covered.flatMap(({ package: item }) => (item === undefined ? [] : [purlOf(item)])))].sort();
	return {
		'@id': purl,
		identifiers: { purl },
		hashes: { 'sha-256': digest.slice('sha256:'.length) },
		...(purls.length === 0 ? {} : { subcomponents: purls.map((id) => ({ '@id': id, identifiers: { purl: id } })) }),
	};
}

function purlOf({ purl, name, version }: NonNullable<Occurrence['package']>): string {
	if (purl !== undefined) return purl;
	return `pkg:generic/${encodeURIComponent(name)}${version === undefined ? '' : `@${encodeURIComponent(version)}`}`;
}
