// Findings, labels, tags and API messages are written by strangers: whatever prints them passes through here.

/** Escapes the data of a workflow command (docs.github.com, "Workflow commands"; runner's ActionCommand.cs). */
export function escapeCommandData(text: string): string {
	return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

/** Escapes a property of a workflow command. */
export function escapeCommandProperty(text: string): string {
	return escapeCommandData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

/** Text for HTML, both between tags and inside quoted attributes. Control characters become U+FFFD. */
export function escapeHtml(text: string): string {
	return withoutControls(text)
		.replaceAll('&', '&amp;')
		.replaceAll('<', '&lt;')
		.replaceAll('>', '&gt;')
		.replaceAll('"', '&quot;')
		.replaceAll("'", '&#39;');
}

/** One line of GitHub Markdown, safe in a table cell: nothing in it is markup, a link, a mention or HTML. */
export function escapeMarkdown(text: string): string {
	return (
		withoutControls(text)
			.replace(/\s+/g, ' ')
			.replaceAll('&', '&amp;')
			.replaceAll('<', '&lt;')
			.replaceAll('>', '&gt;')
			.replace(/[\\`*_[\]#|~@:]|^[-+]/g, numericReference)
			// GitHub makes links of these by themselves (GFM spec, 6.9).
			.replace(/(www)\./gi, '$1&#46;')
	);
}

/**
 * A code span, safe in a table cell. Markdown between the tags of <code> is read as any other, so its marks are escaped, and
 * what would become a link by itself is broken up.
 */
export function codeSpan(text: string): string {
	const inner = escapeHtml(text.replace(/\s+/g, ' '))
		.replace(/[\\`*_[\]~|]|:(?=\/\/)/g, numericReference)
		.replace(/(www)\./gi, '$1&#46;');
	return `<code>${inner}</code>`;
}

function numericReference(character: string): string {
	return `&#${character.charCodeAt(0)};`;
}

/**
 * One line for the log. The runner obeys `::command::` only at the start of a line and `##[command]` anywhere in it,
 * so line ends go, and both marks are broken by a zero-width space.
 */
export function escapeLog(text: string): string {
	return withoutControls(text)
		.replace(/\s+/g, ' ')
		.replace(/^(\s*):(?=:)/, '$1:\u200b')
		.replaceAll('##[', '##\u200b[');
}

function withoutControls(text: string): string {
	// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
	return text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '\ufffd');
}
