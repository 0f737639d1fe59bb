import { createTwoFilesPatch, FILE_HEADERS_ONLY } from 'diff';

/** A unified diff of a task definition; empty when nothing changed. */
export function diffOf(before: string, after: string, name: string): string {
	if (before === after) return '';
	return createTwoFilesPatch(`a/${name}`, `b/${name}`, before, after, undefined, undefined, {
		headerOptions: FILE_HEADERS_ONLY,
	});
}
