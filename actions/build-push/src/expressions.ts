import dayjs from 'dayjs';
import advancedFormat from 'dayjs/plugin/advancedFormat.js';
import timezone from 'dayjs/plugin/timezone.js';
import utc from 'dayjs/plugin/utc.js';
import type { BuildEvent } from './event.ts';

dayjs.extend(utc);
dayjs.extend(timezone);
dayjs.extend(advancedFormat);

/** What an expression may ask about. */
export interface ExpressionWorld {
	readonly event: BuildEvent;
	/** Milliseconds since 1970. */
	readonly now: number;
	/** Names of the rule's own, such as the parts of a version. */
	readonly names?: Readonly<Record<string, string>>;
}

const EXPRESSION = /\{\{\s*(\w+)([^}]*)\}\}/g;
const GLOBAL: Readonly<Record<string, (world: ExpressionWorld, rest: string) => string>> = {
	branch: ({ event }) => after(event.ref, 'refs/heads/'),
	tag: ({ event }) => after(event.ref, 'refs/tags/'),
	sha: ({ event }) => event.sha.slice(0, 7),
	base_ref: ({ event }) => event.baseRef ?? '',
	is_default_branch: ({ event }) => String(isDefaultBranch(event)),
	is_not_default_branch: ({ event }) => String(!isDefaultBranch(event)),
	date: ({ now }, rest) => formatDate(now, rest),
	commit_date: ({ event, now }, rest) => formatDate(event.commitDate?.getTime() ?? now, rest),
};

/** The expressions of docker/metadata-action, `{{branch}}` or `{{date 'YYYYMMDD' tz='Europe/Berlin'}}`, put in. */
export function expand(template: string, world: ExpressionWorld): string {
	return template.replace(EXPRESSION, (_whole, name: string, rest: string) => {
		return world.names?.[name] ?? GLOBAL[name]?.(world, rest) ?? '';
	});
}

/** The expressions in these texts that nobody knows: a name, a time zone, or braces that never close. */
export function unknownExpressions(texts: readonly string[], names: readonly string[]): string[] {
	return texts.flatMap((text) => {
		const unknown = [...text.matchAll(EXPRESSION)]
			.filter(
				([, name = '', rest = '']) => !(names.includes(name) || (Object.hasOwn(GLOBAL, name) && isZoneKnown(rest))),
			)
			.map(([whole]) => whole);
		return /\{\{|\}\}/.test(text.replace(EXPRESSION, '')) ? [...unknown, text] : unknown;
	});
}

/** Tells whether the commit is on the default branch; scheduled runs always are (docs.github.com, "schedule"). */
export function isDefaultBranch(event: BuildEvent): boolean {
	const branch = after(event.ref, 'refs/heads/');
	return event.name === 'schedule' || (branch !== '' && branch === event.defaultBranch);
}

function after(ref: string, prefix: string): string {
	return ref.startsWith(prefix) ? ref.slice(prefix.length) : '';
}

function formatDate(milliseconds: number, rest: string): string {
	const format = /^\s*(['"])(.*?)\1/.exec(rest)?.[2];
	return dayjs(milliseconds).tz(zoneOf(rest)).format(format);
}

function zoneOf(rest: string): string {
	return /\btz=(['"])(.*?)\1/.exec(rest)?.[2] ?? 'UTC';
}

function isZoneKnown(rest: string): boolean {
	try {
		new Intl.DateTimeFormat('en', { timeZone: zoneOf(rest) });
		return true;
	} catch {
		return false;
	}
}
