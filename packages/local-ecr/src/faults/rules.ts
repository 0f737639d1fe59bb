import { SeedError } from '../seed/document.ts';
import { readFields } from '../seed/fields.ts';

export const FAULT_KINDS = [
	'latency',
	'throttle',
	'error',
	'reset',
	'truncate',
	'slow',
	'wrong-bytes',
	'wrong-digest',
	'expired-token',
	'lag',
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

/** One thing that goes wrong on request. All conditions that it names must hold. */
export interface FaultRule {
	/** `ecr:PutImage`, `v2:*`, `*`: the names of the request log, with `*` for anything. */
	readonly operation: string;
	readonly fault: FaultKind;
	readonly account?: string;
	readonly region?: string;
	readonly repository?: string;
	/** How many requests that fit are let through first. */
	readonly skip?: number;
	/** How many it strikes; absent: all until it is removed. */
	readonly times?: number;
	/** 0 to 1, drawn from the seed. */
	readonly probability?: number;
	/** latency */
	readonly ms?: number;
	/** error: the HTTP status and, for the AWS APIs, the code; any exception of the model may be played */
	readonly status?: number;
	readonly code?: string;
	/** throttle */
	readonly retryAfterSeconds?: number;
	/** slow */
	readonly bytesPerSecond?: number;
	/** lag: for how long what was just written is not seen */
	readonly seconds?: number;
}

const TEXTS = ['account', 'region', 'repository', 'code'] as const;
const NUMBERS = [
	'skip',
	'times',
	'probability',
	'ms',
	'status',
	'retryAfterSeconds',
	'bytesPerSecond',
	'seconds',
] as const;

/** Reads rules that came as JSON. @throws SeedError with everything that is wrong with them */
export function readFaults(value: unknown): readonly FaultRule[] {
	const problems: string[] = [];
	const rules = (Array.isArray(value) ? value : [value]).map((one: unknown, index): FaultRule => {
		const fields = readFields(one, `faults[${index}]`, problems);
		const members = [
			...TEXTS.map((name) => [name, fields.text(name)] as const),
			...NUMBERS.map((name) => [name, fields.number(name)] as const),
		].filter(([, member]) => member !== undefined);
		const rule = {
			operation: fields.need('operation', fields.text('operation'), ''),
			fault: fields.need('fault', fields.choice('fault', FAULT_KINDS), 'latency'),
			...Object.fromEntries(members),
		};
		fields.end();
		for (const [name, member] of members)
			if (typeof member === 'number' && (member < 0 || (name === 'probability' && member > 1)))
				problems.push(`faults[${index}].${name} must not be ${member}`);
		return rule;
	});
	if (problems.length > 0) throw new SeedError(problems);
	return rules;
}

/** Reads a rule of the command line: `ecr:PutImage=throttle,times=2`. @throws SeedError */
export function readFaultOption(text: string): FaultRule {
	const [what = '', ...more] = text.split(',');
	const [operation = '', fault = ''] = what.split('=');
	const members = more.map((one) => {
		const [name = '', value = ''] = one.split('=');
		return [name, TEXTS.some((known) => known === name) ? value : Number(value)];
	});
	const [rule] = readFaults({ operation, fault, ...Object.fromEntries(members) });
	if (rule === undefined) throw new SeedError([`'${text}' is not a fault`]);
	return rule;
}
