import { asObject, type JsonObject, refuse } from '../shape.ts';

/** One answer of an API, or all of its pages in a list. */
export function pagesOf(document: unknown): readonly JsonObject[] {
	return (Array.isArray(document) ? document : [document]).map((page, index) => asObject(page, `pages[${index}]`));
}

/** The last page has no nextToken; where it has one, what follows was not saved. */
export function refuseMissingPages(pages: readonly JsonObject[]): void {
	const last = pages.at(-1)?.nextToken;
	if (last !== undefined && last !== null && last !== '')
		throw refuse(
			'the last page',
			'without a nextToken: there are more findings that are not in this file',
			'one with a nextToken',
		);
}
