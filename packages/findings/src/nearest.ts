/** The known word that a typing error most likely meant; undefined when none is close. */
export function nearest(word: string, known: readonly string[]): string | undefined {
	const [best] = known
		.map((candidate) => ({ candidate, distance: distance(word.toLowerCase(), candidate) }))
		.sort((one, other) => one.distance - other.distance);
	return best !== undefined && best.distance <= Math.max(2, word.length / 2) ? best.candidate : undefined;
}

// Levenshtein: the least number of letters to put in, take out or change.
function distance(one: string, other: string): number {
	let row = Array.from({ length: other.length + 1 }, (_, index) => index);
	for (let i = 1; i <= one.length; i += 1) {
		const next = [i];
		for (let j = 1; j <= other.length; j += 1) {
			const change = (row[j - 1] ?? 0) + (one[i - 1] === other[j - 1] ? 0 : 1);
			next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
		}
		row = next;
	}
	return row.at(-1) ?? 0;
}
