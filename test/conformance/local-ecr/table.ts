/** What the judge has to say about one service. */
export interface Judged {
	readonly problems: readonly string[];
	/** What the operations answer that are in the model and not here. */
	readonly missing: Readonly<Record<string, string>>;
	readonly operations: Readonly<Record<string, Exceptions>>;
}

interface Exceptions {
	readonly natural: readonly string[];
	readonly byFault: readonly string[];
	/** In the model, and raised by neither. */
	readonly never: readonly string[];
}

const short = (names: readonly string[]) => names.map((name) => name.replace(/Exception$/, '')).join(', ');

/** One line for each operation of the model: what it raised by itself, what by a fault. */
export function tableOf(service: string, { operations, missing }: Judged): string {
	const answered = Object.entries(operations).map(([name, { natural, byFault, never }]) => [
		name,
		`ok | by itself: ${short(natural) || '-'} | by a fault: ${short(byFault) || '-'}${never.length > 0 ? ` | never: ${short(never)}` : ''}`,
	]);
	const refused = Object.keys(missing).map((name) => [name, 'not implemented, and says so']);
	const rows = [...answered, ...refused].sort(([a = ''], [b = '']) => (a < b ? -1 : 1));
	const width = Math.max(...rows.map(([name = '']) => name.length));
	const lines = rows.map(([name = '', what]) => `  ${name.padEnd(width)}  ${what}`);
	return [`${service}: ${answered.length} of ${rows.length} operations`, ...lines].join('\n');
}
