/** What stands in every rule, in the words of docker/metadata-action. */
export interface Common {
	/** The line as it was written, for messages. */
	readonly line: string;
	/** `true`, `false`, or an expression that gives one of them. */
	readonly enable: string;
	/** Tags with a higher one come first. */
	readonly priority: number;
	readonly prefix: string;
	readonly suffix: string;
}

/** One way to a tag. Every `value` and `pattern` may hold expressions such as `{{branch}}`. */
export type TagRule = Common &
	(
		| { readonly type: 'raw'; readonly value: string }
		| { readonly type: 'sha'; readonly format: 'short' | 'long' }
		| { readonly type: 'ref'; readonly event: 'branch' | 'tag' | 'pr' }
		| { readonly type: 'semver'; readonly pattern: string; readonly value?: string; readonly match?: RegExp }
		| { readonly type: 'match'; readonly pattern: RegExp; readonly group: number; readonly value?: string }
		| { readonly type: 'edge'; readonly branch?: string }
		| { readonly type: 'schedule'; readonly pattern: string }
	);

export type RuleType = TagRule['type'];

/** The attributes of one type of rule, without those of all. */
type Own<T> = T extends TagRule ? Omit<T, keyof Common> : never;
type Read = (name: string) => string | undefined;

interface Reader {
	readonly attributes: readonly string[];
	/** Makes the rule of what is given, or a sentence that says what is wrong. */
	readonly read: (text: Read) => Own<TagRule> | string;
}

export const READERS: Readonly<Record<RuleType, Reader>> = {
	raw: {
		attributes: ['value'],
		read(text) {
			const value = text('value');
			return value === undefined ? 'type=raw needs value' : { type: 'raw', value };
		},
	},
	sha: {
		attributes: ['format'],
		read(text) {
			const format = text('format') ?? 'short';
			return format === 'short' || format === 'long' ? { type: 'sha', format } : 'format is short or long';
		},
	},
	ref: {
		attributes: ['event'],
		read(text) {
			const event = text('event');
			const known = event === 'branch' || event === 'tag' || event === 'pr';
			return known ? { type: 'ref', event } : 'event is branch, tag or pr';
		},
	},
	edge: {
		attributes: ['branch'],
		read(text) {
			const branch = text('branch');
			return { type: 'edge', ...(branch === undefined ? {} : { branch }) };
		},
	},
	schedule: {
		attributes: ['pattern'],
		read: (text) => ({ type: 'schedule', pattern: text('pattern') ?? 'nightly' }),
	},
	semver: {
		attributes: ['pattern', 'value', 'match'],
		read(text) {
			const pattern = text('pattern');
			const match = regularExpression(text('match'));
			if (pattern === undefined) return 'type=semver needs pattern';
			if (match === null) return 'match is a regular expression';
			return { type: 'semver', pattern, ...valueIn(text), ...(match === undefined ? {} : { match }) };
		},
	},
	match: {
		attributes: ['pattern', 'group', 'value'],
		read(text) {
			const pattern = regularExpression(text('pattern'));
			const group = Number(text('group') ?? 0);
			if (pattern === undefined) return 'type=match needs pattern';
			if (pattern === null) return 'pattern is a regular expression';
			if (!Number.isInteger(group) || group < 0) return 'group is the number of a group of the pattern';
			return { type: 'match', pattern, group, ...valueIn(text) };
		},
	},
};

function valueIn(text: Read): { readonly value?: string } {
	const value = text('value');
	return value === undefined ? {} : { value };
}

/** `/expression/flags`, or the expression alone; null when it is none. */
function regularExpression(text: string | undefined): RegExp | null | undefined {
	if (text === undefined) return undefined;
	const [, body = text, flags = ''] = /^\/(.+)\/([a-z]*)$/.exec(text) ?? [];
	try {
		// A match begins anew for every text: neither "g" nor "y" may carry a position over.
		return new RegExp(body, flags.replace(/[gy]/g, ''));
	} catch {
		return null;
	}
}
