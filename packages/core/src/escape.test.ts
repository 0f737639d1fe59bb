import { describe, expect, it } from '@jest/globals';
import { codeSpan, escapeCommandData, escapeHtml, escapeLog, escapeMarkdown } from './escape.ts';

describe('text written by strangers', () => {
	it('cannot start a workflow command in the log', () => {
		expect(escapeLog('ok\n::error::boo')).toBe('ok ::error::boo');
		expect(escapeLog('::error::boo').startsWith('::')).toBe(false);
		expect(escapeLog('a ##[error]b')).not.toContain('##[');
	});

	it('cannot end a workflow command early', () => {
		expect(escapeCommandData('100%\r\n::set-env::')).toBe('100%25%0D%0A::set-env::');
	});

	it('is no markup, table cell, mention, link or HTML in Markdown', () => {
		const escaped = escapeMarkdown('a|b <img src=x> [x](javascript:1) @team `c` **d**\nnext');
		expect(escaped).not.toMatch(/[|<>[\]@`*\n]/);
		expect(escapeMarkdown('- a list')).not.toMatch(/^-/);
		expect(escapeMarkdown('see https://evil.example')).not.toContain('https:');
		expect(escapeMarkdown('see www.evil.example')).not.toContain('www.');
	});

	it('stays inside its code span and table cell', () => {
		expect(codeSpan('a|b</code><script>')).toBe('<code>a&#124;b&lt;/code&gt;&lt;script&gt;</code>');
		expect(codeSpan('r.example/shop:1.2@sha256:ab')).toBe('<code>r.example/shop:1.2@sha256:ab</code>');
	});

	it('is no markup or link between the tags of a code span either', () => {
		const span = codeSpan('[x](https://evil.example) **b** `c` ~d~ \\e www.evil.example');
		expect(span.slice('<code>'.length)).not.toMatch(/[[\]*`~\\]|:\/\/|www\./);
	});

	it('carries no control characters or text direction overrides into HTML', () => {
		expect(escapeHtml('\u0000\u001b[31m\u202e"\'')).toBe('\ufffd\ufffd[31m\ufffd&quot;&#39;');
	});
});
