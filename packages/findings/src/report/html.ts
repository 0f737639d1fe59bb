import { createHash } from 'node:crypto';
import { escapeHtml } from '@ecr-pipeline/core';
import { FINDING_CLASSES } from '../evaluate.ts';
import { SEVERITIES } from '../severity.ts';
import { rowsJson, textLines } from './html-rows.ts';
import { SCRIPT } from './html-script.ts';
import { STYLE } from './html-style.ts';
import { headline, type ReportMaterial } from './material.ts';
import { platformsText } from './platforms.ts';

/**
 * A page that needs nothing but itself: no network, no other files. All findings with their decisions, to sort, filter,
 * search and group, and what to update. Its content security policy lets only its own style and script in.
 * @returns the page in pieces: with a hundred thousand findings it is too long to be held
 */
export function* htmlReport(material: ReportMaterial): Iterable<string> {
	const { decisions, verdict } = material.evaluation;
	const policy = `default-src 'none'; style-src '${hashSource(STYLE)}'; script-src '${hashSource(SCRIPT)}'; base-uri 'none'; form-action 'none'`;
	yield `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${escapeHtml(`${headline(material)} – ${material.image}`)}</title>
<style>${STYLE}</style>
</head>
<body class="${verdict}">
${headOf(material)}
${tools(material)}
<main>
<section id="list" tabindex="0" role="table" aria-label="Findings"><div id="columns" role="row"></div><div id="space"><div id="rows"></div></div><p id="empty" hidden></p></section>
<aside id="details" aria-label="Details of the finding" hidden></aside>
</main>
<noscript>The table needs JavaScript; its data is in this file as JSON.</noscript>
<script type="application/json" id="data">`;
	yield* rowsJson(decisions);
	yield '</script>\n<script type="text/plain" id="texts">';
	yield* textLines(decisions);
	yield `</script>
<script>${SCRIPT}</script>
</body>
</html>
`;
}

function headOf(material: ReportMaterial): string {
	const { evaluation, image, policy, scanType, scanCompletedAt, sourceUpdatedAt, platforms, now } = material;
	const { counts, notes, verdict } = evaluation;
	const facts: readonly (readonly [string, string])[] = [
		['Policy', `${policy.uri} (${policy.digest.slice(0, 19)}…)`],
		[
			'Scan',
			[scanType, platformsText(platforms.map(({ platform }) => platform))].filter((text) => text !== '').join(', '),
		],
		...(scanCompletedAt === undefined ? [] : [['Scanned', timeText(scanCompletedAt)] as const]),
		...(sourceUpdatedAt === undefined ? [] : [['Vulnerability data', timeText(sourceUpdatedAt)] as const]),
		['Judged', timeText(new Date(now).toISOString())],
	];
	const [word, ...rest] = headline(material).split(':');
	return `<header>
<div class="verdict"><span class="badge">${verdict === 'passed' ? '✓' : '✕'} ${escapeHtml(word ?? '')}</span><h1>${escapeHtml(rest.join(':').trim())}</h1></div>
<p class="image"><code>${escapeHtml(image)}</code></p>
${severityBar(counts)}
<dl>${facts.map(([name, value]) => `<div><dt>${name}</dt><dd>${escapeHtml(value)}</dd></div>`).join('')}</dl>
${notes.length === 0 ? '' : `<details class="notes"><summary>${notes.length === 1 ? '1 note' : `${notes.length} notes`} on this verdict</summary><ul>${notes.map((note) => `<li>${escapeHtml(note)}</li>`).join('')}</ul></details>`}
</header>`;
}

// Widths are SVG's: a style attribute would need a hole in the page's policy.
function severityBar(counts: ReportMaterial['evaluation']['counts']): string {
	let x = 0;
	const parts = SEVERITIES.filter((severity) => counts[severity] > 0).map((severity) => {
		const width = (counts[severity] / counts.total) * 100;
		const part = `<rect class="${severity}" x="${x.toFixed(3)}" width="${width.toFixed(3)}" height="4"/>`;
		x += width;
		return part;
	});
	return `<svg class="bar" viewBox="0 0 100 4" preserveAspectRatio="none" role="img" aria-label="Findings by severity">${parts.join('')}</svg>`;
}

function tools({ evaluation: { counts, classes, verdict } }: ReportMaterial): string {
	const severities = SEVERITIES.filter((severity) => counts[severity] > 0).map(
		(severity) =>
			`<button class="chip ${severity}" data-severity="${severity}" aria-pressed="false">${severity} <b>${counts[severity].toLocaleString('en')}</b></button>`,
	);
	const ends = FINDING_CLASSES.filter((end) => classes[end] > 0).map(
		(end) =>
			`<option value="${end}"${end === 'blocking' && verdict === 'failed' ? ' selected' : ''}>${CLASS_NAMES[end]} (${classes[end].toLocaleString('en')})</option>`,
	);
	return `<nav class="tools">
<div class="tabs" role="tablist"><button role="tab" data-view="findings">Findings</button><button role="tab" data-view="packages">By package</button><button role="tab" data-view="fixes">Fix list</button></div>
<input type="search" id="search" placeholder="Search id, package, path, text …" aria-label="Search">
<select id="class" aria-label="Class"><option value="">All findings (${counts.total.toLocaleString('en')})</option>${ends.join('')}</select>
<label><input type="checkbox" id="fixable"> with a fix</label>
<label><input type="checkbox" id="fresh"> new ones</label>
<div class="chips">${severities.join('')}</div>
<span id="count" role="status"></span>
</nav>`;
}

const CLASS_NAMES = {
	blocking: 'Blocking',
	ignored: 'Ignored by rule',
	'vex-not-affected': 'Not affected by VEX',
	'below-threshold': 'Below the threshold',
	'in-grace': 'In grace',
	'in-baseline': 'In what runs now, too',
} as const;

function timeText(iso: string): string {
	return `${iso.slice(0, 16).replace('T', ' ')} UTC`;
}

function hashSource(text: string): string {
	return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
