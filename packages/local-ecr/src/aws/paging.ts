import { invalidParameter } from './service-error.ts';

export interface Page<Item> {
	readonly items: readonly Item[];
	readonly nextToken: string | undefined;
}

interface PageRequest {
	readonly nextToken?: string | undefined;
	readonly maxResults?: number | undefined;
}

/** Cuts one page out of a list. @throws ServiceError InvalidParameterException for a foreign token or a size out of bounds */
export function pageOf<Item>(all: readonly Item[], request: PageRequest, usual: number, limit: number): Page<Item> {
	const size = request.maxResults ?? usual;
	if (!Number.isInteger(size) || size < 1 || size > limit)
		throw invalidParameter('maxResults', `must be between 1 and ${limit}`);
	const start = request.nextToken === undefined ? 0 : readToken(request.nextToken);
	const end = start + size;
	return { items: all.slice(start, end), nextToken: end < all.length ? writeToken(end) : undefined };
}

const writeToken = (position: number): string => Buffer.from(JSON.stringify({ position })).toString('base64');

function readToken(token: string): number {
	try {
		const { position } = JSON.parse(Buffer.from(token, 'base64').toString('utf8')) as { position: unknown };
		if (typeof position === 'number') return position;
	} catch {
		// Falls through to the refusal: a token that does not parse is as foreign as one that does not fit.
	}
	throw invalidParameter('nextToken', 'must be a token of an earlier page');
}
