import { escapeLog, PipelineError } from '@ecr-pipeline/core';
import { headline } from '@ecr-pipeline/findings';
import type { GateResult } from './gate.ts';

const NAMED = 5;

/** A verdict that did not pass ends the step, unless it is only to be reported. */
export function failureOf(result: GateResult): PipelineError | undefined {
	const { evaluation, image, mode, files } = result;
	if (evaluation.verdict === 'passed' || mode === 'report') return undefined;
	const blocking = evaluation.decisions.filter((decision) => decision.class === 'blocking' && !decision.tolerated);
	const named = blocking.slice(0, NAMED).map(({ finding, rule }) => {
		const [item] = finding.packages;
		const place = item === undefined ? '' : ` in ${short(`${item.name} ${item.version ?? ''}`.trim())}`;
		const fixed = finding.packages.flatMap(({ fixedVersions }) => fixedVersions)[0];
		return `${short(finding.id)} (${finding.severity}${place}${fixed === undefined ? '' : `, fixed in ${short(fixed)}`}; ${rule})`;
	});
	const more = blocking.length > NAMED ? `, and ${blocking.length - NAMED} more` : '';
	return new PipelineError({
		code: 'refused',
		attempted: `${image} must not go on. ${headline(result)}`,
		answer: `${named.join(', ')}${more}`,
		fix: `Update the packages, or add ignore rules with reason and expiry to the policy. All findings: ${files.report}`,
	});
}

function short(text: string): string {
	const line = escapeLog(text.slice(0, 200));
	return line.length <= 80 ? line : `${line.slice(0, 79)}…`;
}
