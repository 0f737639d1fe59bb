import { PipelineError } from './errors.ts';
import { type ImageReference, parseImageReference } from './reference.ts';

export type Env = Readonly<Record<string, string | undefined>>;

export interface IntegerRange {
	readonly min: number;
	readonly max: number;
}

/**
 * Reads the inputs of one action. Every method notes what is wrong and goes on, so that `finish` can report all of it at
 * once, before anything has happened. An input that is empty counts as not given, as GitHub passes it.
 */
export interface Inputs {
	/** The trimmed text, or undefined when not given. */
	text(name: string): string | undefined;
	/** The trimmed text; not giving it is a problem. */
	required(name: string): string;
	/** Items separated by newlines or commas. */
	list(name: string): string[];
	/** Items separated by newlines only, for values that may hold commas. */
	lines(name: string): string[];
	/** A YAML 1.2 core boolean: true, True, TRUE, false, False, FALSE. */
	boolean(name: string, fallback: boolean): boolean;
	integer(name: string, fallback: number, range: IntegerRange): number;
	optionalInteger(name: string, range: IntegerRange): number | undefined;
	choice<T extends string>(name: string, allowed: readonly T[], fallback: T): T;
	/** `[registry/]repository[:tag][@digest]`, or undefined when not given or malformed. */
	image(name: string): ImageReference | undefined;
	/** `key=value` lines; the value is everything after the first "=". */
	pairs(name: string): ReadonlyMap<string, string>;
	/** Notes a problem of the caller's own: the input, the value given, what is allowed. */
	problem(name: string, given: string | undefined, allowed: string): void;
	/** Throws one error with every problem, if there is any. */
	finish(): void;
}

/** Where an action gets an input from when another one runs it: from an input of that one, or a value known already. */
export type InputSource = { readonly input: string } | { readonly value: string };

/**
 * Inputs as the runner passes them: `INPUT_` and the name in capitals, spaces as underscores, hyphens kept.
 * @param sources given when another action runs this one: inputs that it does not name count as not given, and problems
 * are told under the names that the user wrote
 */
export function createInputs(env: Env, sources?: Readonly<Record<string, InputSource>>): Inputs {
	const problems: string[] = [];
	const fromRunner = (name: string): string => env[`INPUT_${name.replaceAll(' ', '_').toUpperCase()}`]?.trim() ?? '';
	const raw = (name: string): string => {
		if (sources === undefined) return fromRunner(name);
		const source = sources[name];
		if (source === undefined) return '';
		return 'value' in source ? source.value : fromRunner(source.input);
	};
	const nameForUser = (name: string): string => {
		const source = sources?.[name];
		return source !== undefined && 'input' in source ? source.input : name;
	};
	const split = (name: string, separator: RegExp): string[] =>
		raw(name)
			.split(separator)
			.map((item) => item.trim())
			.filter((item) => item !== '');

	const inputs: Inputs = {
		text: (name) => raw(name) || undefined,
		required(name) {
			if (raw(name) === '') inputs.problem(name, undefined, 'it is required');
			return raw(name);
		},
		list: (name) => split(name, /[\n,]/),
		lines: (name) => split(name, /\n/),
		boolean(name, fallback) {
			const given = raw(name);
			if (given === '') return fallback;
			if (/^(?:true|True|TRUE)$/.test(given)) return true;
			if (/^(?:false|False|FALSE)$/.test(given)) return false;
			inputs.problem(name, given, 'allowed: true, false');
			return fallback;
		},
		integer: (name, fallback, range) => inputs.optionalInteger(name, range) ?? fallback,
		optionalInteger(name, { min, max }) {
			const given = raw(name);
			if (given === '') return undefined;
			const value = Number(given);
			if (/^-?\d+$/.test(given) && value >= min && value <= max) return value;
			inputs.problem(name, given, `allowed: a whole number from ${min} to ${max}`);
			return undefined;
		},
		choice(name, allowed, fallback) {
			const given = raw(name);
			if (given === '') return fallback;
			const found = allowed.find((value) => value === given);
			if (found === undefined) inputs.problem(name, given, `allowed: ${allowed.join(', ')}`);
			return found ?? fallback;
		},
		image(name) {
			const given = raw(name);
			if (given === '') return undefined;
			const parsed = parseImageReference(given);
			if (!('problem' in parsed)) return parsed;
			inputs.problem(
				name,
				given,
				`it ${parsed.problem}; expected repository@sha256:…, with or without a registry in front`,
			);
			return undefined;
		},
		pairs(name) {
			const pairs = new Map<string, string>();
			for (const line of inputs.lines(name)) {
				const equals = line.indexOf('=');
				if (equals < 1) inputs.problem(name, line, 'each line is key=value');
				else pairs.set(line.slice(0, equals).trim(), line.slice(equals + 1));
			}
			return pairs;
		},
		problem(name, given, allowed) {
			const input = `Input "${nameForUser(name)}"`;
			problems.push(given === undefined ? `${input}: ${allowed}.` : `${input} is "${given}": ${allowed}.`);
		},
		finish() {
			if (problems.length === 0) return;
			throw new PipelineError({
				code: 'invalid-input',
				attempted: problems.join('\n'),
				fix: 'Nothing has been changed.',
			});
		},
	};
	return inputs;
}
