import { codeSpan, escapeLog, escapeMarkdown, markdownTable } from '@ecr-pipeline/core';
import type { Explanation } from '@ecr-pipeline/findings';

const ROWS = 50;

/** Explanations for the log, one block for each finding; an id that nothing has is said to have nothing. */
export function explanationLines(ids: readonly string[], explanations: readonly Explanation[]): string[] {
	return ids.flatMap((id) => {
		const found = explanations.filter((explanation) => explanation.id === id);
		if (found.length === 0) return [`explain ${escapeLog(id)}: no finding of this image has this id or alias.`];
		return found.map(({ decision, because }) => {
			const { finding, class: end } = decision;
			const head = `explain ${escapeLog(id)}: ${escapeLog(nameOf(decision))} (${finding.severity}) is ${end}`;
			return [head, ...because.map((line) => `  - ${escapeLog(line.slice(0, 1000))}`)].join('\n');
		});
	});
}

/** The same as a section of the job summary; empty where nothing was asked. */
export function explanationSection(ids: readonly string[], explanations: readonly Explanation[]): string {
	if (ids.length === 0) return '';
	const missing = ids.filter((id) => !explanations.some((explanation) => explanation.id === id));
	const rows = explanations
		.slice(0, ROWS)
		.map(({ decision, because }) => [
			codeSpan(nameOf(decision).slice(0, 200)),
			decision.class,
			because.map((line) => escapeMarkdown(line.slice(0, 300))).join('<br>'),
		]);
	return [
		'#### Explained',
		...(rows.length === 0 ? [] : [markdownTable(['Finding', 'Class', 'Because'], rows)]),
		...(missing.length === 0
			? []
			: [
					`No finding has the id or alias ${missing
						.slice(0, ROWS)
						.map((id) => codeSpan(id.slice(0, 100)))
						.join(', ')}.`,
				]),
	].join('\n\n');
}

function nameOf({ finding: { id, packages } }: Explanation['decision']): string {
	const [first, ...others] = packages;
	if (first === undefined) return id;
	const more = others.length === 0 ? '' : ` and ${others.length} more`;
	return `${id} in ${first.name} ${first.version ?? ''}`.trim() + more;
}
