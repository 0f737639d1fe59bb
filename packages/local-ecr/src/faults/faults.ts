import { matchesWildcard } from '../aws/arn.ts';
import type { FaultRule } from './rules.ts';

/** What a fault is looked up by. */
export interface FaultSubject {
	readonly operation: string;
	readonly account: string | undefined;
	readonly region: string | undefined;
	readonly repository: string | undefined;
}

export interface FaultState {
	readonly rule: FaultRule;
	/** How many requests fitted so far, and how many of them it struck. */
	readonly seen: number;
	readonly struck: number;
}

export interface Faults {
	readonly add: (rules: readonly FaultRule[]) => void;
	/** Begins the draws of all rules anew, those there are included. */
	readonly reseed: (seed: number) => void;
	readonly clear: () => void;
	readonly all: () => readonly FaultState[];
	/** The rules that strike this request. Asking counts: ask once per request. */
	readonly strike: (subject: FaultSubject) => readonly FaultRule[];
}

interface Entry {
	readonly rule: FaultRule;
	seen: number;
	struck: number;
	draw: () => number;
}

/** @param seed of the draws: the same requests in the same order meet the same faults */
export function createFaults(seed: number): Faults {
	let entries: Entry[] = [];
	let current = seed;
	// Each rule draws for itself, so that adding one does not change what another does.
	const drawFor = (index: number) => createDraw(current + index * 0x9e3779b9);

	return {
		add: (rules) => {
			for (const rule of rules) entries.push({ rule, seen: 0, struck: 0, draw: drawFor(entries.length) });
		},
		reseed: (value) => {
			current = value;
			entries.forEach((entry, index) => {
				entry.draw = drawFor(index);
			});
		},
		clear: () => {
			entries = [];
		},
		all: () => entries.map(({ rule, seen, struck }) => ({ rule, seen, struck })),
		strike: (subject) => entries.filter((entry) => fits(entry.rule, subject) && strikes(entry)).map(({ rule }) => rule),
	};
}

function fits(rule: FaultRule, subject: FaultSubject): boolean {
	return (
		matchesWildcard(rule.operation, subject.operation) &&
		(rule.account === undefined || rule.account === subject.account) &&
		(rule.region === undefined || rule.region === subject.region) &&
		(rule.repository === undefined || matchesWildcard(rule.repository, subject.repository ?? ''))
	);
}

function strikes(entry: Entry): boolean {
	const { skip = 0, times, probability } = entry.rule;
	entry.seen += 1;
	if (entry.seen <= skip || (times !== undefined && entry.struck >= times)) return false;
	if (probability !== undefined && entry.draw() >= probability) return false;
	entry.struck += 1;
	return true;
}

/** Mulberry32: 32 bits of state, enough for faults and the same on every machine. */
function createDraw(seed: number): () => number {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
	};
}
