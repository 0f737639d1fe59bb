import { codeSpan, escapeMarkdown, formatDuration, markdownTable } from '@ecr-pipeline/core';
import { SEVERITIES } from '@ecr-pipeline/findings';
import { exploitationNotes } from './exploitation.ts';
import type { ManifestOutcome, ScanState } from './outcome.ts';
import type { WaitResult } from './wait.ts';

const TITLES: Readonly<Record<ScanState, string>> = {
	complete: 'Scan complete',
	unsupported: 'Cannot be scanned',
	expired: 'Scan expired',
	archived: 'Image archived',
	off: 'Scanning is off',
	failed: 'Scan failed',
	'not-found': 'Image not found',
	'timed-out': 'Scan not complete in time',
	stopped: 'Scan not complete',
};

/** What a person reads in the job summary. */
export function summaryOf(result: WaitResult): string {
	const { name, digest, tag, known, waitedMilliseconds } = result;
	return [
		`### ${TITLES[result.state]}: ${codeSpan(`${name}@${digest}`)}`,
		'',
		...(tag === undefined ? [] : [`Tag ${codeSpan(tag)} was resolved to this digest.`, '']),
		...findingsTable(known),
		markdownTable(['Platform', 'Result', 'Scan status', 'Findings', 'Scanned at', 'Waited'], result.outcomes.map(row)),
		'',
		`Waited ${formatDuration(waitedMilliseconds)}.${suppressedNote(known)}`,
		...(result.exploitation === undefined
			? []
			: exploitationNotes(result.exploitation).flatMap((note) => ['', escapeMarkdown(note)])),
	].join('\n');
}

function findingsTable(known: WaitResult['known']): string[] {
	if (known === undefined) return ['No findings are known: nothing may be concluded about this image.', ''];
	const { counts } = known;
	return [
		markdownTable(
			[...SEVERITIES.map(capitalised), 'Total'],
			[[...SEVERITIES.map((severity) => String(counts[severity])), String(counts.total)]],
		),
		'',
	];
}

function row(outcome: ManifestOutcome): string[] {
	const { platform, digest, state, status, waitedMilliseconds } = outcome;
	const complete = outcome.state === 'complete';
	const active = complete ? outcome.findings.filter((finding) => finding.status === 'active').length : undefined;
	return [
		`${platform === 'unknown' ? '' : `${codeSpan(platform)}<br>`}${codeSpan(digest.slice(0, 19))}`,
		complete ? `${state} (${outcome.scanType})` : `${state}: ${escapeMarkdown(outcome.reason)}`,
		status === undefined ? '–' : codeSpan(status),
		active === undefined ? '–' : String(active),
		complete && outcome.scanCompletedAt !== undefined ? escapeMarkdown(outcome.scanCompletedAt) : '–',
		formatDuration(waitedMilliseconds),
	];
}

function suppressedNote(known: WaitResult['known']): string {
	return known === undefined || known.suppressed === 0
		? ''
		: ` ${known.suppressed} more findings are suppressed by rules of Amazon Inspector.`;
}

function capitalised(word: string): string {
	return `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`;
}
