import { codeSpan, formatDuration, shortDigest } from '@ecr-pipeline/core';
import { STAGES, type Stage } from './stages.ts';

export interface StageRecord {
	readonly stage: Stage;
	readonly outcome: 'passed' | 'failed';
	readonly milliseconds: number;
	/** What that action writes into its own summary. */
	readonly summary: string;
}

const MARK = { passed: '✅', failed: '❌' } as const;

/** A picture of the way the image took, for GitHub's Mermaid: only names and digests of ours are in it. */
export function wayMarkdown(
	records: readonly StageRecord[],
	chosen: readonly Stage[],
	digest: string | undefined,
): string {
	const boxes = STAGES.map((stage) => {
		const record = records.find((entry) => entry.stage === stage);
		if (record !== undefined)
			return `  ${stage}["${MARK[record.outcome]} ${stage}<br/>${formatDuration(record.milliseconds)}"]:::${record.outcome}`;
		return `  ${stage}["${chosen.includes(stage) ? '⛔' : '–'} ${stage}"]:::out`;
	});
	const arrows = STAGES.slice(1).map((stage, index) => {
		const reached = records.some((entry) => entry.stage === stage);
		return reached ? `  ${STAGES[index]} --> ${stage}` : `  ${STAGES[index]} -.-> ${stage}`;
	});
	const stopped = records.find(({ outcome }) => outcome === 'failed');
	return [
		digest === undefined
			? '## The image did not come to be'
			: `## ${codeSpan(`sha256:${shortDigest(digest)}…`)}${stopped === undefined ? ', all the way' : ` stopped at ${stopped.stage}`}`,
		'',
		...(digest === undefined ? [] : [codeSpan(digest), '']),
		'```mermaid',
		'flowchart LR',
		...boxes,
		...arrows,
		'  classDef passed stroke:#1a7f37',
		'  classDef failed stroke:#cf222e,stroke-width:3px',
		'  classDef out stroke-dasharray:4 4',
		'```',
	].join('\n');
}
