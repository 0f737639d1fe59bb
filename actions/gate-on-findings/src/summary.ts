import { markdownReport, sarifCounts } from '@ecr-pipeline/findings';
import { explanationSection } from './explained.ts';
import type { GateResult } from './gate.ts';

/** What a person reads in the job summary. */
export function summaryOf(result: GateResult): string {
	const { shown, all } = sarifCounts(result.evaluation.decisions);
	const cut =
		shown === all ? '' : `\n\nThe SARIF file holds the ${shown} worst of ${all} findings: GitHub keeps no more.`;
	const explained = explanationSection(result.explain, result.explained);
	return `${markdownReport(result)}${cut}${explained === '' ? '' : `\n\n${explained}`}`;
}
