/** Tells whether text is what a pattern says: `*` stands for any characters, as in ECR's own filters; all else for itself. */
export function matchesPattern(pattern: string, text: string): boolean {
	const [first = '', ...rest] = pattern.split('*');
	const last = rest.pop();
	if (last === undefined) return text === pattern;
	if (!text.startsWith(first) || text.length < first.length + last.length || !text.endsWith(last)) return false;
	// Each part is taken where it first fits: that leaves the most for those behind it, and needs no way back.
	let position = first.length;
	for (const part of rest) {
		const found = text.indexOf(part, position);
		if (found === -1) return false;
		position = found + part.length;
	}
	return position <= text.length - last.length;
}
