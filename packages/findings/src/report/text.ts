import type { Fix } from '../finding.ts';

/** At most `length` characters, never empty, no half character anywhere: for formats that refuse longer or broken text. */
export function limited(text: string, length: number): string {
	const whole = text.replace(/\p{Surrogate}/gu, '\ufffd').trim();
	if (whole === '') return '(none)';
	return whole.length <= length ? whole : `${whole.slice(0, length - 1).replace(/\p{Surrogate}$/u, '')}…`;
}

/** What is said where no fixed version is known. */
export const FIX_WORDS: Readonly<Record<Fix, string>> = {
	available: 'a fix exists',
	partial: 'in part',
	none: 'no fix yet',
	unknown: 'not known',
};

/** `3 findings`, `1 finding`. */
export function counted(count: number, noun: string): string {
	return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
}

/** Tells whether a link may be one: findings of other tools can name any address, as `javascript:`. */
export function isWebAddress(url: string): boolean {
	return /^https?:\/\//i.test(url) && URL.canParse(url);
}
