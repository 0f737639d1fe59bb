import { codeSpan, escapeMarkdown, formatBytes, markdownTable } from '@ecr-pipeline/core';
import type { PromoteResult, Promotion } from './promote.ts';

/** What a person reads in the job summary. */
export function summaryOf(result: PromoteResult): string {
	const { promotions, digest, dryRun } = result;
	const changed = promotions.some((promotion) => promotion.changed);
	const title = dryRun ? 'Would promote' : changed ? 'Promoted' : 'Already promoted';
	return [
		`### ${title} ${codeSpan(digest)}`,
		'',
		`From ${codeSpan(result.source)}.`,
		'',
		markdownTable(['Destination', 'Tags', 'Copied', 'Mounted', 'There already', 'Evidence'], promotions.map(row)),
		...promotions.filter(({ previousDigest }) => previousDigest !== undefined).map(rollback),
	].join('\n');
}

function row({ name, tags, counts, evidence }: Promotion): string[] {
	return [
		codeSpan(name),
		tags.map(({ tag, outcome }) => `${codeSpan(tag)} ${outcome}`).join('<br>') || '–',
		`${counts.blobsCopied} blobs, ${formatBytes(counts.bytesCopied)}`,
		`${counts.blobsMounted} blobs`,
		`${counts.blobsSkipped} blobs`,
		evidence.map(({ kind, outcome }) => `${escapeMarkdown(kind)} ${outcome}`).join('<br>') || '–',
	];
}

function rollback({ name, previousDigest }: Promotion): string {
	return `\nTo go back: promote ${codeSpan(`${name}@${previousDigest}`)} with \`if-tag-exists: move\`.`;
}
