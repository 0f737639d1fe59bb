import { escapeLog, type OutputValue } from '@ecr-pipeline/core';
import type { Decision, Explanation } from '@ecr-pipeline/findings';
import type { GateResult } from './gate.ts';

const LISTED = 50;
const LENGTH = 200;

/** The outputs under the contract's names. Lists are short: the outputs of a job share one megabyte. */
export function outputsOf(result: GateResult): Record<string, OutputValue> {
	const { evaluation, files, image, digest, comment } = result;
	const { verdict, classes, counts, newFindings } = evaluation;
	return {
		verdict,
		image,
		digest,
		blocking: classes.blocking,
		ignored: classes.ignored,
		new: newFindings,
		counts,
		'sarif-file': files.sarif,
		'report-file': files.report,
		'verdict-file': files.verdict,
		'vex-file': files.vex,
		'comment-url': comment?.url ?? '',
		result: resultOf(result),
	};
}

function resultOf({
	attachedVerdict,
	comment,
	explained,
	evaluation,
	mode,
	image,
	digest,
	policy,
	scanType,
	scanCompletedAt,
	files,
}: GateResult): object {
	const blocking = evaluation.decisions.filter((decision) => decision.class === 'blocking');
	return {
		schemaVersion: 1,
		verdict: evaluation.verdict,
		mode,
		image,
		digest,
		scanType,
		...(scanCompletedAt === undefined ? {} : { scanCompletedAt }),
		policy,
		counts: evaluation.counts,
		classes: evaluation.classes,
		new: evaluation.newFindings,
		unanswered: evaluation.unanswered,
		blockingFindings: blocking.slice(0, LISTED).map(blockingFinding),
		notes: evaluation.notes.slice(0, LISTED).map(short),
		files,
		...(attachedVerdict === undefined ? {} : { attachedVerdict }),
		...(comment === undefined ? {} : { comment }),
		...(explained.length === 0 ? {} : { explained: explained.slice(0, LISTED).map(explainedFinding) }),
	};
}

function blockingFinding({ finding, rule, tolerated }: Decision): object {
	return {
		id: short(finding.id),
		severity: finding.severity,
		packages: finding.packages.slice(0, 5).map(({ name, version }) => short(`${name} ${version ?? ''}`.trim())),
		fixedVersions: [...new Set(finding.packages.flatMap(({ fixedVersions }) => fixedVersions))].slice(0, 5).map(short),
		rule,
		tolerated,
	};
}

function explainedFinding({ id, decision, because }: Explanation): object {
	const { finding, class: end, rule } = decision;
	return {
		id: short(id),
		finding: short(finding.id),
		packages: finding.packages.slice(0, 5).map(({ name, version }) => short(`${name} ${version ?? ''}`.trim())),
		class: end,
		rule,
		because: because.slice(0, 10).map(short),
	};
}

function short(text: string): string {
	const line = escapeLog(text.slice(0, 2 * LENGTH));
	return line.length <= LENGTH ? line : `${line.slice(0, LENGTH - 1)}…`;
}
