import { codeSpan, escapeMarkdown, formatDuration, markdownTable } from '@ecr-pipeline/core';
import type { BuildResult } from './result.ts';

/** What a person reads in the job summary: the digest first. */
export function summaryOf(result: BuildResult): string {
	const { driver, milliseconds, built, tags, platforms } = result;
	const because = `because ${escapeMarkdown(driver.why)}`;
	const how = built
		? `Built by ${codeSpan(driver.kind)} in ${formatDuration(milliseconds)}, ${because}.`
		: `Nothing was built; it took ${formatDuration(milliseconds)}.`;
	const tagRows = tags.map(({ tag, outcome, previous }) => [
		codeSpan(tag),
		outcome === 'conflict' ? '**conflict**' : outcome,
		previous === undefined ? '–' : codeSpan(previous),
	]);
	const platformRows = [...platforms].map(([platform, digest]) => [codeSpan(platform), codeSpan(digest)]);
	return [
		`### ${title(result)}`,
		'',
		where(result),
		'',
		how,
		...(tagRows.length === 0 ? [] : ['', markdownTable(['Tag', 'Outcome', 'Stood on'], tagRows)]),
		...(platformRows.length === 0 ? [] : ['', markdownTable(['Platform', 'Digest'], platformRows)]),
	].join('\n');
}

function title({ manifest, registry, reused, failure }: BuildResult): string {
	if (manifest === undefined) return failure === undefined ? 'Built, and not pushed' : 'Built, and refused to push';
	const verb = reused ? 'There already:' : registry === undefined ? 'Built' : 'Pushed';
	return `${verb} ${codeSpan(manifest.digest)}`;
}

function where({ manifest, registry, repository, layout }: BuildResult): string {
	if (layout !== undefined) return `The image is in ${codeSpan(layout)}.`;
	if (manifest === undefined) return 'The image is in the Docker daemon of this job only.';
	return codeSpan(`${registry}/${repository}@${manifest.digest}`);
}
