import type { Cvss, Finding } from './finding.ts';

/** Lines that are kept outside the heap, where there are many of them. */
export interface TextStore {
	/** @returns the number of the line */
	add(line: string): number;
	line(number: number): string;
}

/** The texts as one line of JSON, as a store and a report hold them: title, description, links. */
export function textLine(finding: Finding): string {
	if (finding instanceof LeanFinding) return finding.line();
	const { title = '', description = '', links } = finding;
	return JSON.stringify([title, description, ...links]);
}

/**
 * Gives findings that are held by the hundred thousand: their texts are in the store and come back when they are asked for,
 * and equal values are one value.
 */
export function leanFindings(store: TextStore): (finding: Finding) => Finding {
	const shared = sharedValues();
	return (finding) => new LeanFinding(finding, store, shared);
}

// A class, because only a prototype has its getters once for all findings. A copy by spread is a plain finding without
// texts, so whoever merges findings names each property.
class LeanFinding implements Finding {
	readonly id: Finding['id'];
	readonly aliases: Finding['aliases'];
	readonly severity: Finding['severity'];
	readonly givenSeverity: Finding['givenSeverity'];
	readonly cvss: Finding['cvss'];
	declare readonly epss?: number;
	declare readonly knownExploited?: boolean;
	declare readonly exploitAvailable?: boolean;
	readonly packages: Finding['packages'];
	readonly fix: Finding['fix'];
	declare readonly firstSeen?: string;
	readonly platforms: Finding['platforms'];
	readonly status: Finding['status'];
	readonly #store: TextStore;
	readonly #line: number;

	constructor(finding: Finding, store: TextStore, shared: SharedValues) {
		this.id = finding.id;
		this.aliases = shared.texts(finding.aliases);
		this.severity = finding.severity;
		this.givenSeverity = finding.givenSeverity;
		this.cvss = shared.ratings(finding.cvss);
		if (finding.epss !== undefined) this.epss = finding.epss;
		if (finding.knownExploited !== undefined) this.knownExploited = finding.knownExploited;
		if (finding.exploitAvailable !== undefined) this.exploitAvailable = finding.exploitAvailable;
		this.packages = finding.packages.map((item) => ({ ...item, layers: shared.texts(item.layers) }));
		this.fix = finding.fix;
		if (finding.firstSeen !== undefined) this.firstSeen = shared.text(finding.firstSeen);
		this.platforms = shared.texts(finding.platforms);
		this.status = finding.status;
		this.#store = store;
		this.#line = store.add(textLine(finding));
	}

	line(): string {
		return this.#store.line(this.#line);
	}
	get title(): string {
		return this.#texts()[0] || this.id;
	}
	get description(): string {
		return this.#texts()[1] || this.title;
	}
	get links(): readonly string[] {
		return this.#texts().slice(2);
	}
	#texts(): readonly string[] {
		return JSON.parse(this.line()) as readonly string[];
	}
}

interface SharedValues {
	text(value: string): string;
	texts(values: readonly string[]): readonly string[];
	ratings(values: Finding['cvss']): Finding['cvss'];
}

// Layers, platforms, dates, scores: there are few of each. What is more often unlike than like is not worth remembering.
const MOST_SHARED = 20_000;
const NONE: readonly never[] = [];

function sharedValues(): SharedValues {
	const texts = sharing<string>(String, (one, other) => one === other);
	return { text: sharedTexts(), texts, ratings: sharedRatings() };
}

function sharedTexts(): (value: string) => string {
	const known = new Map<string, string>();
	return (value) => {
		const found = known.get(value);
		if (found === undefined && known.size < MOST_SHARED) known.set(value, value);
		return found ?? value;
	};
}

// First by score, of which there are a hundred: a key of score and vector would be a new text for every finding.
function sharedRatings(): SharedValues['ratings'] {
	const byScore = new Map<number | undefined, SharedValues['ratings']>();
	return (values) => {
		const score = values[0]?.score;
		const share = byScore.get(score) ?? sharing<Cvss>(({ vector = '' }) => vector, isSameRating);
		byScore.set(score, share);
		return share(values);
	};
}

function isSameRating(one: Cvss, other: Cvss): boolean {
	return (
		one.source === other.source &&
		one.version === other.version &&
		one.score === other.score &&
		one.vector === other.vector
	);
}

/** Gives one list for equal ones, found by the first of their values: a key of all of them would cost more than it saves. */
function sharing<T>(
	keyOf: (value: T) => string,
	isSame: (one: T, other: T) => boolean,
): (values: readonly T[]) => readonly T[] {
	const known = new Map<string, readonly T[]>();
	return (values) => {
		const [first] = values;
		if (first === undefined) return NONE;
		const key = keyOf(first);
		const found = known.get(key);
		if (found === undefined) {
			if (known.size < MOST_SHARED) known.set(key, values);
			return values;
		}
		const isEqual = found.length === values.length && found.every((value, index) => isSame(value, values[index] as T));
		return isEqual ? found : values;
	};
}
