import { markdownReport, sarifCounts } from '@ecr-pipeline/findings';
import type { GateResult } from './gate.ts';

/** What a person reads in the job summary. */
export function summaryOf(result: GateResult): string {
	const { shown, all } = sarifCounts(result.evaluation.decisions);
	const cut =
		shown === all ? '' : `\n\nThe SARIF file holds the ${shown} worst of ${all} findings: GitHub keeps no more.`;
	return `${markdownReport(result)}${cut}`;
}
