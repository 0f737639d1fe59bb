/** Reads an object of a seed document member by member, and collects every problem instead of stopping at the first. */
export interface Fields {
	readonly path: string;
	readonly text: (name: string) => string | undefined;
	readonly texts: (name: string) => readonly string[] | undefined;
	readonly number: (name: string) => number | undefined;
	readonly flag: (name: string) => boolean | undefined;
	readonly choice: <Choice extends string>(name: string, choices: readonly Choice[]) => Choice | undefined;
	/** A member of any shape, as it is. */
	readonly raw: (name: string) => unknown;
	readonly object: (name: string) => Fields | undefined;
	readonly objects: (name: string) => readonly Fields[];
	readonly map: (name: string) => Readonly<Record<string, string>>;
	/** A member that must be there. */
	readonly need: <Value>(name: string, value: Value | undefined, instead: Value) => Value;
	/** Names every member that nothing has read. */
	readonly end: () => void;
}

export function readFields(value: unknown, path: string, problems: string[]): Fields {
	const object = isObject(value) ? value : {};
	if (!isObject(value)) problems.push(`${path || 'the document'} must be a mapping`);
	const read = new Set<string>();
	const at = (name: string) => (path === '' ? name : `${path}.${name}`);
	const take = (name: string) => {
		read.add(name);
		return object[name] ?? undefined;
	};
	const typed = <Value>(name: string, what: string, is: (member: unknown) => member is Value): Value | undefined => {
		const member = take(name);
		if (member === undefined || is(member)) return member;
		problems.push(`${at(name)} must be ${what}, not ${JSON.stringify(member)}`);
		return undefined;
	};
	const list = (name: string) => typed(name, 'a list', (member) => Array.isArray(member)) ?? [];

	return {
		path,
		// An account id without quotes is a number in YAML; its digits are meant.
		text: (name) => {
			const member = typed(name, 'text', (one): one is string | number => ['string', 'number'].includes(typeof one));
			return member === undefined ? undefined : String(member);
		},
		texts: (name) => (take(name) === undefined ? undefined : list(name).map(String)),
		number: (name) => typed(name, 'a number', (member) => typeof member === 'number'),
		flag: (name) => typed(name, 'true or false', (member) => typeof member === 'boolean'),
		choice: (name, choices) =>
			typed(name, `one of ${choices.join(', ')}`, (member): member is (typeof choices)[number] =>
				choices.includes(member as (typeof choices)[number]),
			),
		raw: take,
		object: (name) => {
			const member = take(name);
			return member === undefined ? undefined : readFields(member, at(name), problems);
		},
		objects: (name) => list(name).map((member, index) => readFields(member, `${at(name)}[${index}]`, problems)),
		map: (name) => {
			const member = typed(name, 'a mapping', isObject) ?? {};
			return Object.fromEntries(Object.entries(member).map(([key, one]) => [key, String(one)]));
		},
		need: (name, member, instead) => {
			if (member === undefined) problems.push(`${at(name)} is missing`);
			return member ?? instead;
		},
		end: () => {
			for (const name of Object.keys(object)) if (!read.has(name)) problems.push(`${at(name)} is not known`);
		},
	};
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
