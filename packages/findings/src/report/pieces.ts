const PIECE = 16 * 1024;

/** The items as one text, with the separator between them, in pieces: it may be too long to be held. */
export function* joined<T>(items: readonly T[], separator: string, write: (item: T) => string): Iterable<string> {
	let piece = '';
	for (const [index, item] of items.entries()) {
		piece += index === 0 ? write(item) : separator + write(item);
		if (piece.length < PIECE) continue;
		yield piece;
		piece = '';
	}
	yield piece;
}
