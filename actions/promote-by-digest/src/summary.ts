import { codeSpan, escapeMarkdown, formatBytes, markdownTable } from '@ecr-pipeline/core';
import type { Reason } from './preflight.ts';
import type { PromoteResult, Promotion } from './result.ts';

// A job summary takes 1 MiB; the outputs have all of a longer list.
const MOST_ROWS = 500;

/** What a person reads in the job summary. */
export function summaryOf(result: PromoteResult): string {
	const { promotions, dryRun, platforms } = result;
	const changed = promotions.some((promotion) => promotion.changed);
	const title = dryRun ? 'Would promote' : changed ? 'Promoted' : 'Already promoted';
	const digests = [...new Set(promotions.map(({ digest }) => digest))];
	const sources = [...new Set(promotions.map(({ source }) => source))];
	const shown = promotions.slice(0, MOST_ROWS);
	const many = digests.length > 1;
	const head = [
		'Destination',
		'Tags',
		...(dryRun ? ['Stream', 'Mount'] : ['Copied', 'Mounted']),
		'There already',
		'Evidence',
	];
	return [
		`### ${title} ${many ? `${digests.length} images` : codeSpan(digests[0] ?? '')}`,
		'',
		sources.length === 1 ? `From ${codeSpan(sources[0] ?? '')}.` : `From ${sources.length} sources.`,
		...(platforms === undefined
			? []
			: [
					'',
					`Only ${platforms.map(codeSpan).join(', ')}: where an image has more platforms, its digest is that of a new index.`,
				]),
		'',
		markdownTable(
			many ? ['Digest', ...head] : head,
			shown.map((promotion) => (many ? [codeSpan(promotion.digest), ...row(promotion)] : row(promotion))),
		),
		...(promotions.length > shown.length
			? ['', `And ${promotions.length - shown.length} more, in the output \`images\`.`]
			: []),
		...reasons(promotions, dryRun),
		...shown.filter(({ previousDigest }) => previousDigest !== undefined).map(rollback),
		...(result.replicatedTo.length === 0 ? [] : ['', `Replicated to ${result.replicatedTo.map(codeSpan).join(', ')}.`]),
	].join('\n');
}

function row({ name, tags, counts, plan, evidence }: Promotion): string[] {
	const streamed = plan?.streamed ?? counts.blobsCopied;
	return [
		codeSpan(name),
		tags.map(({ tag, outcome }) => `${codeSpan(tag)} ${outcome}`).join('<br>') || '–',
		`${streamed} blobs, ${formatBytes(plan?.bytes ?? counts.bytesCopied)}`,
		`${plan?.mounted ?? counts.blobsMounted} blobs`,
		`${plan?.skipped ?? counts.blobsSkipped} blobs`,
		evidence.map(({ kind, outcome }) => `${escapeMarkdown(kind)} ${outcome}`).join('<br>') || '–',
	];
}

/** Each reason once, with the command that would make it free. */
function reasons(promotions: readonly Promotion[], dryRun: boolean): string[] {
	const known = new Map<string, Reason>();
	for (const reason of promotions.flatMap((promotion) => promotion.reasons)) known.set(JSON.stringify(reason), reason);
	if (known.size === 0) return [];
	const told = [...known.values()].map(({ why, command }) =>
		command === undefined ? `- ${escapeMarkdown(why)}` : `- ${escapeMarkdown(why)}: ${codeSpan(command)}`,
	);
	return ['', `Bytes ${dryRun ? 'would pass' : 'passed'} through this runner because`, '', ...told];
}

function rollback({ name, previousDigest }: Promotion): string {
	return `\nTo go back: promote ${codeSpan(`${name}@${previousDigest}`)} with \`if-tag-exists: move\`.`;
}
