import type { Evaluation } from '../evaluate.ts';
import type { PlatformScan } from '../findings.ts';
import type { Evidence } from '../verdict.ts';
import { counted } from './text.ts';

/** What every report is made of. */
export interface ReportMaterial {
	/** `[registry/]repository@digest` */
	readonly image: string;
	readonly digest: string;
	readonly mode: 'enforce' | 'report';
	readonly evaluation: Evaluation;
	readonly policy: Evidence & { readonly org?: Evidence };
	readonly scanType: string;
	readonly scanCompletedAt?: string;
	readonly sourceUpdatedAt?: string;
	readonly platforms: readonly PlatformScan[];
	/** Milliseconds since 1970. */
	readonly now: number;
}

/** The verdict as the headline of a report. */
export function headline({ evaluation, mode }: Pick<ReportMaterial, 'evaluation' | 'mode'>): string {
	const blocking = evaluation.decisions.filter(
		(decision) => decision.class === 'blocking' && !decision.tolerated,
	).length;
	const tolerated = evaluation.classes.blocking - blocking;
	if (evaluation.verdict === 'failed') {
		const count = `${blocking.toLocaleString('en')} of ${evaluation.counts.total.toLocaleString('en')} findings`;
		return `Failed: ${count} block${blocking === 1 ? 's' : ''}${mode === 'report' ? ' (reported only)' : ''}`;
	}
	if (evaluation.counts.total === 0) return 'Passed: nothing was found';
	const total = evaluation.counts.total.toLocaleString('en');
	const known = `none of ${total} findings blocks${tolerated === 0 ? '' : `, ${tolerated} of them tolerated by max`}`;
	const unknown = unansweredText(evaluation);
	return `Passed: ${known}${unknown === '' ? '' : `, as far as is known: ${unknown}`}`;
}

/** What the policy asks and nobody answered, of findings that do not block; empty where all was answered. */
export function unansweredText({ unanswered }: Pick<Evaluation, 'unanswered'>): string {
	const parts = Object.entries(unanswered).map(([rule, count]) => `${rule} of ${counted(count, 'finding')}`);
	return parts.length === 0 ? '' : `nothing answers ${parts.join(', ')}`;
}
