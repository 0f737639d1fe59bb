import type { Decision } from '../evaluate.ts';

/** One update and what it repairs. */
export interface FixStep {
	readonly name: string;
	readonly versions: readonly string[];
	/** As the scanner names them; empty where there is no fix yet. */
	readonly fixedVersions: readonly string[];
	readonly ids: readonly string[];
}

/** What to update, by package: those that repair most first, those without a fix last. */
export function fixSteps(decisions: readonly Decision[]): FixStep[] {
	const steps = new Map<string, { name: string; versions: Set<string>; fixed: Set<string>; ids: Set<string> }>();
	for (const { finding } of decisions) {
		for (const { type, name, version, fixedVersions } of finding.packages) {
			const key = `${type}\u0000${name}`;
			const step = steps.get(key) ?? { name, versions: new Set(), fixed: new Set(), ids: new Set() };
			steps.set(key, step);
			if (version !== undefined) step.versions.add(version);
			for (const fixed of fixedVersions) step.fixed.add(fixed);
			step.ids.add(finding.id);
		}
	}
	return [...steps.values()]
		.map(({ name, versions, fixed, ids }) => ({
			name,
			versions: [...versions],
			fixedVersions: [...fixed],
			ids: [...ids],
		}))
		.sort((one, other) => rank(other) - rank(one) || (one.name < other.name ? -1 : 1));
}

function rank({ fixedVersions, ids }: FixStep): number {
	return (fixedVersions.length > 0 ? 1e9 : 0) + ids.length;
}
