import { createHash } from 'node:crypto';
import { escapeHtml } from '@ecr-pipeline/core';
import { type Decision, FINDING_CLASSES } from '../evaluate.ts';
import { cvssScore, type VulnerablePackage } from '../finding.ts';
import { SEVERITIES } from '../severity.ts';
import { SCRIPT, STYLE } from './html-page.ts';
import { headline, type ReportMaterial } from './material.ts';
import { FIX_WORDS } from './text.ts';

/**
 * A page that needs nothing but itself: no network, no other files. All findings with their decisions, to sort, filter and
 * search. Its content security policy lets only its own style and script in.
 */
export function htmlReport(material: ReportMaterial): string {
	const { evaluation, image } = material;
	const policy = `default-src 'none'; style-src '${hashSource(STYLE)}'; script-src '${hashSource(SCRIPT)}'; base-uri 'none'; form-action 'none'`;
	const data = {
		hasBaseline: evaluation.decisions.some(({ isNew }) => !isNew),
		rows: evaluation.decisions.map(rowOf),
	};
	return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width">
<meta name="referrer" content="no-referrer">
<title>${escapeHtml(`${headline(material)} – ${image}`)}</title>
<style>${STYLE}</style>
</head>
<body class="${evaluation.verdict}">
${headOf(material)}
<div class="tools">
<input type="search" id="search" placeholder="Search" aria-label="Search">
${choice('severity', 'Every severity', SEVERITIES)}
${choice('class', 'Every class', FINDING_CLASSES)}
<label><input type="checkbox" id="fresh"> new ones only</label>
<button id="back">Back</button><button id="on">On</button><span id="count" role="status"></span>
</div>
<table><thead><tr></tr></thead><tbody></tbody></table>
<noscript>The table needs JavaScript; its data is in this file as JSON.</noscript>
<script type="application/json" id="data">${embeddedJson(data)}</script>
<script>${SCRIPT}</script>
</body>
</html>
`;
}

function headOf(material: ReportMaterial): string {
	const { evaluation, image, policy, scanType, scanCompletedAt, sourceUpdatedAt, platforms, now } = material;
	const { counts, notes } = evaluation;
	const facts = [
		`policy ${policy.uri} (${policy.digest})`,
		`${scanType} scan of ${platforms.map(({ platform }) => platform).join(', ')}`,
		...(scanCompletedAt === undefined ? [] : [`completed ${scanCompletedAt}`]),
		...(sourceUpdatedAt === undefined ? [] : [`vulnerability data of ${sourceUpdatedAt}`]),
		`judged ${new Date(now).toISOString()}`,
	];
	const present = SEVERITIES.filter((severity) => counts[severity] > 0);
	// Widths are SVG's: a style attribute would need a hole in the page's policy.
	let x = 0;
	const parts = present.map((severity) => {
		const width = (counts[severity] / counts.total) * 100;
		const part = `<rect class="${severity}" x="${x.toFixed(3)}" width="${width.toFixed(3)}" height="4"/>`;
		x += width;
		return part;
	});
	return `<h1>${escapeHtml(headline(material))}</h1>
<p><code>${escapeHtml(image)}</code></p>
<svg class="bar" viewBox="0 0 100 4" preserveAspectRatio="none" width="100%" role="img" aria-label="Findings by severity">${parts.join('')}</svg>
<p>${present.map((severity) => `<span class="dot ${severity}"></span>${counts[severity]} ${severity}`).join(' · ') || 'No findings at all.'}</p>
<p class="faint">${escapeHtml(facts.join(' · '))}</p>
${notes.length === 0 ? '' : `<ul class="notes">${notes.map((note) => `<li>${escapeHtml(note)}</li>`).join('')}</ul>`}`;
}

function rowOf({ finding, class: end, rule, reason, isNew, tolerated }: Decision) {
	const { packages, cvss, epss, knownExploited, exploitAvailable } = finding;
	const exploits = [knownExploited === true ? 'exploited (KEV)' : '', exploitAvailable === true ? 'available' : ''];
	return {
		severity: finding.severity,
		id: finding.id,
		package: packages.map(({ name, version }) => `${name} ${version ?? ''}`.trim()).join(', '),
		fixed: [...new Set(packages.flatMap(({ fixedVersions }) => fixedVersions))].join(', ') || FIX_WORDS[finding.fix],
		cvss: cvssScore(cvss)?.score,
		epss,
		exploit: exploits.filter((text) => text !== '').join(', '),
		platforms: finding.platforms.join(', '),
		seen: finding.firstSeen?.slice(0, 10) ?? '',
		class: end,
		rule,
		reason: tolerated ? `${reason} (tolerated by max)` : reason,
		fresh: isNew,
		title: finding.title ?? finding.id,
		description: finding.description ?? '',
		places: packages.map(placeOf).join('\n'),
		aliases: finding.aliases.join(', '),
		links: finding.links.join('\n'),
	};
}

function placeOf({ name, version, purl, path }: VulnerablePackage): string {
	return [purl ?? `${name} ${version ?? ''}`.trim(), path].filter((part) => part !== undefined).join('  ');
}

function choice(id: string, all: string, values: readonly string[]): string {
	const options = values.map((value) => `<option>${value}</option>`).join('');
	return `<select id="${id}" aria-label="${all}"><option value="">${all}</option>${options}</select>`;
}

// Inside a script element only "<" can do harm: it could end the element or begin a comment.
function embeddedJson(value: unknown): string {
	return JSON.stringify(value).replaceAll('<', '\\u003c');
}

function hashSource(text: string): string {
	return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
