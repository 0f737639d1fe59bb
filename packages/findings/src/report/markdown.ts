import { codeSpan, escapeMarkdown, markdownTable } from '@ecr-pipeline/core';
import type { Decision, FindingClass } from '../evaluate.ts';
import { cvssScore, type Finding } from '../finding.ts';
import { SEVERITIES, type Severity, type SeverityCounts } from '../severity.ts';
import { type FixStep, fixSteps } from './fixes.ts';
import { headline, type ReportMaterial } from './material.ts';
import { platformsText } from './platforms.ts';
import { counted, FIX_WORDS, isWebAddress, limited } from './text.ts';

// The runner drops a summary of more than 1024 KiB as a whole. A step may append other text, and the root action has six of
// them, so this one stays far below.
const BYTES = 300 * 1024;
const ROWS = 100;
const CELL = 120;
const SQUARES: Readonly<Record<Severity, string>> = {
	critical: '🟪',
	high: '🟥',
	medium: '🟧',
	low: '🟨',
	informational: '🟦',
	unknown: '⬜',
};
const BAR_SQUARES = 30;

const FOLDED: readonly (readonly [FindingClass, string])[] = [
	['ignored', 'Ignored by rule'],
	['vex-not-affected', 'Not affected by VEX'],
	['in-grace', 'In grace'],
	['in-baseline', 'In what runs now, too'],
	['below-threshold', 'Below the threshold'],
];

/** How long a report may be: bytes in all but for a closing sentence, and rows of each of its tables. */
export interface MarkdownLimits {
	readonly bytes: number;
	readonly rows: number;
}

/** The job summary: verdict first, then what blocks and how to repair it, the rest folded. Always far below 1 MiB. */
export function markdownReport(
	material: ReportMaterial,
	{ bytes, rows }: MarkdownLimits = { bytes: BYTES, rows: ROWS },
): string {
	const { evaluation } = material;
	const blocking = evaluation.decisions.filter((decision) => decision.class === 'blocking' && !decision.tolerated);
	const tolerated = evaluation.decisions.filter(({ tolerated: isTolerated }) => isTolerated);
	const sections = [
		section('What blocks', decisionTable(blocking, true, rows)),
		section('How to repair it', fixTable(fixSteps(blocking), rows)),
		folded('Would block, tolerated by max', tolerated, rows),
		notes(evaluation.notes),
		...FOLDED.map(([end, title]) =>
			folded(
				title,
				evaluation.decisions.filter((decision) => decision.class === end),
				rows,
			),
		),
	];
	return withinBytes([head(material), ...sections.filter((text) => text !== '')], bytes);
}

/** How the findings divide, as a bar of squares. Each severity that occurs has one at least. */
export function severityBar(counts: SeverityCounts): string {
	if (counts.total === 0) return '🟩'.repeat(BAR_SQUARES);
	return SEVERITIES.map((severity) => {
		const share = (counts[severity] / counts.total) * BAR_SQUARES;
		return SQUARES[severity].repeat(counts[severity] === 0 ? 0 : Math.max(1, Math.round(share)));
	}).join('');
}

function head(material: ReportMaterial): string {
	const { evaluation, image, policy, scanType, scanCompletedAt, sourceUpdatedAt, platforms } = material;
	const { counts, classes } = evaluation;
	const legend = SEVERITIES.filter((severity) => counts[severity] > 0).map(
		(severity) => `${SQUARES[severity]} ${counts[severity].toLocaleString('en')} ${severity}`,
	);
	const ends = Object.entries(classes).filter(([, count]) => count > 0);
	const where = platformsText(platforms.map(({ platform }) => platform));
	const facts = [
		`Image ${codeSpan(image)}`,
		`policy ${code(policy.uri)} (${codeSpan(policy.digest.slice(0, 19))})`,
		...(policy.org === undefined ? [] : [`org policy ${code(policy.org.uri)}`]),
		`${escapeMarkdown(scanType)} scan${where === '' ? '' : ` of ${escapeMarkdown(limited(where, CELL))}`}`,
		...(scanCompletedAt === undefined ? [] : [`completed ${scanCompletedAt}`]),
		...(sourceUpdatedAt === undefined ? [] : [`vulnerability data of ${sourceUpdatedAt}`]),
	];
	return [
		`### ${evaluation.verdict === 'passed' ? '✅' : '❌'} ${headline(material)}`,
		'',
		severityBar(counts),
		'',
		legend.length === 0
			? 'No findings at all.'
			: `${legend.join(' · ')} · **${counts.total.toLocaleString('en')}** in all`,
		'',
		...(ends.length === 0 ? [] : [ends.map(([end, count]) => `${end}: ${count.toLocaleString('en')}`).join(' · '), '']),
		`${facts.join(' · ')}.`,
	].join('\n');
}

function section(title: string, body: string): string {
	return body === '' ? '' : `#### ${title}\n\n${body}`;
}

function folded(title: string, decisions: readonly Decision[], most: number): string {
	if (decisions.length === 0) return '';
	const summary = `${title}: ${decisions.length.toLocaleString('en')}`;
	return `<details><summary>${summary}</summary>\n\n${decisionTable(decisions, false, most)}\n\n</details>`;
}

function notes(lines: readonly string[]): string {
	if (lines.length === 0) return '';
	const shown = lines.slice(0, ROWS).map((line) => `- ${escapeMarkdown(limited(line, 3 * CELL))}`);
	return section('To be known', [...shown, ...moreThan(ROWS, lines.length)].join('\n'));
}

function decisionTable(decisions: readonly Decision[], withNew: boolean, most: number): string {
	if (decisions.length === 0) return '';
	const hasKnown = withNew && decisions.some(({ isNew }) => !isNew);
	const rows = decisions
		.slice(0, most)
		.map(({ finding, rule, reason, isNew }) => [
			`${SQUARES[finding.severity]} ${finding.severity}${hasKnown && isNew ? ' **new**' : ''}`,
			linkedId(finding),
			packagesCell(finding),
			fixCell(finding),
			scoreCell(finding),
			`${code(rule)} ${cell(reason)}`,
		]);
	const table = markdownTable(['Severity', 'Finding', 'Package', 'Fixed in', 'Score', 'Rule'], rows);
	return [table, ...moreThan(most, decisions.length)].join('\n\n');
}

function fixTable(steps: readonly FixStep[], most: number): string {
	const rows = steps
		.slice(0, most)
		.map(({ name, versions, fixedVersions, fix, ids }) => [
			code(name),
			cell(versions.join(', ')),
			fixedVersions.length === 0 ? FIX_WORDS[fix] : cell(fixedVersions.join(', ')),
			String(ids.length),
		]);
	if (rows.length === 0) return '';
	const table = markdownTable(['Package', 'Has', 'Update to', 'Findings'], rows);
	return [table, ...moreThan(most, steps.length)].join('\n\n');
}

function linkedId({ id, links }: Finding): string {
	const text = code(id);
	const link = links.find((url) => url.length < 300 && isWebAddress(url));
	// Angle brackets would end the destination; URL writes them, spaces and quotes percent-encoded.
	return link === undefined
		? text
		: `<a href="${new URL(link).href.replaceAll('&', '&amp;').replaceAll('"', '%22').replaceAll('|', '%7C')}">${text}</a>`;
}

function packagesCell({ packages, platforms }: Finding): string {
	const [first, ...more] = packages;
	if (first === undefined) return '';
	const place = first.path === undefined ? '' : ` ${cell(first.path)}`;
	const rest = more.length === 0 ? '' : ` and ${counted(more.length, 'other package')}`;
	const named = platformsText(platforms);
	const where = named === '' ? '' : ` ${cell(named)}`;
	return `${code(`${first.name} ${first.version ?? ''}`)}${place}${rest}${where}`;
}

function fixCell({ packages, fix }: Finding): string {
	const versions = [...new Set(packages.flatMap(({ fixedVersions }) => fixedVersions))];
	if (versions.length > 0) return cell(versions.join(', '));
	return FIX_WORDS[fix];
}

function scoreCell({ cvss, epss, knownExploited, exploitAvailable }: Finding): string {
	const score = cvssScore(cvss)?.score;
	const parts = [
		score === undefined ? undefined : `CVSS ${score}`,
		epss === undefined ? undefined : `EPSS ${epss}`,
		knownExploited === true ? '**exploited**' : undefined,
		exploitAvailable === true ? 'exploit' : undefined,
	];
	return parts.filter((part) => part !== undefined).join(', ');
}

// GitHub reads Markdown between the tags of <code>, too.
function code(text: string): string {
	return `<code>${cell(text)}</code>`;
}

function cell(text: string): string {
	return escapeMarkdown(limited(text, CELL));
}

function moreThan(shown: number, all: number): string[] {
	return all <= shown ? [] : [`… and ${(all - shown).toLocaleString('en')} more, in the HTML report.`];
}

/** Whole sections only, as many as fit: half a table would take the rest of the page with it. */
function withinBytes(sections: readonly string[], limit: number): string {
	const kept: string[] = [];
	let bytes = 0;
	for (const text of sections) {
		bytes += Buffer.byteLength(text) + 2;
		if (bytes > limit) return [...kept, 'The rest does not fit in here; it is in the HTML report.'].join('\n\n');
		kept.push(text);
	}
	return kept.join('\n\n');
}
