import { digestOf } from '@ecr-pipeline/core';
import type { Decision } from '../evaluate.ts';
import { cvssScore, type Finding, type VulnerablePackage } from '../finding.ts';
import type { Severity } from '../severity.ts';
import { joined } from './pieces.ts';
import { isWebAddress, limited } from './text.ts';

// What GitHub accepts of one run (docs.github.com, "SARIF support for code scanning", "SARIF results exceed limits"): 25,000
// results and rules, of which it keeps 5,000 results, and 10 MB packed. Past what it keeps, more only risks the upload.
const RESULTS_LIMIT = 5000;
const TEXT_LIMIT = 1024;
const NAME_LIMIT = 255;

export interface SarifOptions {
	/** `[registry/]repository@digest` */
	readonly image: string;
	readonly version: string;
}

/**
 * SARIF 2.1.0 for code scanning: every finding that counts, whatever the verdict. What a rule or VEX takes away is left
 * out, because GitHub does not know `suppressions` and would show it as an open alert.
 */
export function* sarifReport(decisions: readonly Decision[], { image, version }: SarifOptions): Iterable<string> {
	const shown = decisions.filter(counts).slice(0, RESULTS_LIMIT);
	const rules = [...new Map(shown.map(({ finding }) => [finding.id, finding])).values()];
	const indexOf = new Map(rules.map(({ id }, index) => [id, index]));
	const repository = image.slice(0, image.lastIndexOf('@'));
	const fingerprint = fingerprints();
	const driver = JSON.stringify({ name: 'gate-on-findings', version, rules: [] }).slice(0, -2);
	// One category for each repository: GitHub refuses two runs of one tool with the same one.
	const automation = { id: `gate-on-findings/${repository.replace(/^[^/]*[.:][^/]*\//, '')}/` };
	yield `{"$schema":"https://json.schemastore.org/sarif-2.1.0.json","version":"2.1.0","runs":[{"tool":{"driver":${driver}`;
	yield* joined(rules, ',\n', (finding) => JSON.stringify(ruleOf(finding)));
	yield `]}},"automationDetails":${JSON.stringify(automation)},"results":[`;
	yield* joined(shown, ',\n', (decision) =>
		JSON.stringify(resultOf(decision, repository, indexOf.get(decision.finding.id) ?? 0, fingerprint)),
	);
	yield ']}]}\n';
}

function counts({ class: end }: Decision): boolean {
	return end !== 'ignored' && end !== 'vex-not-affected';
}

/** How many of the findings that count are in the SARIF file. */
export function sarifCounts(decisions: readonly Decision[]): { readonly shown: number; readonly all: number } {
	const all = decisions.filter(counts).length;
	return { shown: Math.min(all, RESULTS_LIMIT), all };
}

function ruleOf(finding: Finding): object {
	const title = finding.title ?? finding.id;
	const [link] = finding.links;
	const score = securitySeverity(finding);
	return {
		id: limited(finding.id, NAME_LIMIT),
		name: limited(finding.id, NAME_LIMIT),
		shortDescription: { text: limited(title, TEXT_LIMIT) },
		fullDescription: { text: limited(finding.description ?? title, TEXT_LIMIT) },
		help: { text: limited(`${finding.description ?? title}\n\n${finding.links.join('\n')}`.trim(), TEXT_LIMIT) },
		...(link === undefined || !isWebAddress(link) ? {} : { helpUri: link }),
		defaultConfiguration: { level: levelOf(finding.severity) },
		properties: {
			tags: ['security', 'vulnerability', finding.severity],
			...(score === undefined ? {} : { 'security-severity': score }),
		},
	};
}

function resultOf(
	{ finding, class: end, reason }: Decision,
	repository: string,
	ruleIndex: number,
	fingerprint: (finding: Finding) => string,
): object {
	const packages = finding.packages.map(({ name, version }) => `${name} ${version ?? ''}`.trim()).join(', ');
	const fixed = finding.packages.flatMap(({ fixedVersions }) => fixedVersions).join(', ');
	const sentences = [
		`${finding.id} (${finding.severity}) in ${packages || 'the image'}${finding.platforms.length === 0 ? '' : ` on ${finding.platforms.join(', ')}`}.`,
		fixed === '' ? 'No fixed version is known.' : `Fixed in ${fixed}.`,
		`${end}: ${reason}.`,
	];
	return {
		ruleId: limited(finding.id, NAME_LIMIT),
		ruleIndex,
		level: levelOf(finding.severity),
		// In a message, [text](target) is a link (SARIF 3.11.6): what strangers wrote must not become one.
		message: { text: limited(sentences.join(' '), TEXT_LIMIT / 2).replace(/[[\]\\]/g, '\\$&') },
		locations: [
			{
				physicalLocation: {
					artifactLocation: { uri: locationOf(finding.packages[0], repository) },
					region: { startLine: 1, startColumn: 1, endLine: 1, endColumn: 1 },
				},
				message: { text: limited(packages || repository, TEXT_LIMIT / 2).replace(/[[\]\\]/g, '\\$&') },
			},
		],
		partialFingerprints: { primaryLocationLineHash: fingerprint(finding) },
	};
}

// GitHub tells alerts apart by this one fingerprint only. The image's digest and the package's version are not in it, so that
// an alert lives on over rebuilds; like ones are numbered.
function fingerprints(): (finding: Finding) => string {
	const seen = new Map<string, number>();
	return ({ id, packages }) => {
		const places = packages.map(({ type, name, path }) => [type, name, path].join('\u0001'));
		const hash = digestOf([id, ...places].join('\u0000')).slice('sha256:'.length, 'sha256:'.length + 32);
		const number = (seen.get(hash) ?? 0) + 1;
		seen.set(hash, number);
		return `${hash}:${number}`;
	};
}

function locationOf(item: VulnerablePackage | undefined, repository: string): string {
	const path = limited((item?.path ?? repository).replace(/^\/+/, '') || repository, TEXT_LIMIT);
	return path.split('/').map(encodeURIComponent).join('/');
}

// It must be text of a number above 0.0; null or a word makes GitHub refuse the whole file (github/codeql-action#2187).
function securitySeverity({ cvss, severity }: Finding): string | undefined {
	const score = cvssScore(cvss)?.score;
	if (score !== undefined && score > 0 && score <= 10) return score.toFixed(1);
	return { critical: '9.5', high: '8.0', medium: '5.5', low: '2.0', informational: undefined, unknown: undefined }[
		severity
	];
}

function levelOf(severity: Severity): 'error' | 'warning' | 'note' {
	if (severity === 'low' || severity === 'informational') return 'note';
	return severity === 'medium' ? 'warning' : 'error';
}
