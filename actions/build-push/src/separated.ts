/**
 * Splits a line at its commas as CSV does: a field in double quotes may hold commas and line ends, and `""` is a quote
 * (RFC 4180). This is how the rules for tags and secrets of several lines are written.
 */
export function splitFields(line: string): string[] {
	return split(line, ',');
}

/** Splits a text into lines; a line in double quotes may hold line ends. Empty lines go. */
export function splitLines(text: string): string[] {
	return split(text, '\n')
		.map((line) => line.replace(/\r$/, ''))
		.filter((line) => line.trim() !== '');
}

function split(text: string, separator: string): string[] {
	const fields: string[] = [];
	let field = '';
	let quoted = false;
	for (let index = 0; index < text.length; index += 1) {
		const character = text.charAt(index);
		if (quoted && character === '"' && text.charAt(index + 1) === '"') {
			field += '"';
			index += 1;
		} else if (character === '"' && (quoted || field.trim() === '')) {
			quoted = !quoted;
			if (quoted) field = '';
		} else if (character === separator && !quoted) {
			fields.push(field);
			field = '';
		} else {
			field += character;
		}
	}
	fields.push(field);
	return fields;
}

/** Writes one field so that a reader of CSV finds it whole. */
export function csvField(text: string): string {
	return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
