import type { Decision } from '../evaluate.ts';
import type { Fix } from '../finding.ts';

/** One update and what it repairs. */
export interface FixStep {
	readonly name: string;
	readonly versions: readonly string[];
	/** As the scanner names them. */
	readonly fixedVersions: readonly string[];
	/** The best that is known of a fix, of all its findings. */
	readonly fix: Fix;
	readonly ids: readonly string[];
}

const BEST_FIRST: readonly Fix[] = ['available', 'partial', 'unknown', 'none'];

/** What to update, by package: those that repair most first, those without a fix last. */
export function fixSteps(decisions: readonly Decision[]): FixStep[] {
	const steps = new Map<
		string,
		{ name: string; versions: Set<string>; fixed: Set<string>; fixes: Set<Fix>; ids: Set<string> }
	>();
	for (const { finding } of decisions) {
		for (const { type, name, version, fixedVersions } of finding.packages) {
			const key = `${type}\u0000${name}`;
			const step = steps.get(key) ?? { name, versions: new Set(), fixed: new Set(), fixes: new Set(), ids: new Set() };
			steps.set(key, step);
			if (version !== undefined) step.versions.add(version);
			for (const fixed of fixedVersions) step.fixed.add(fixed);
			step.fixes.add(finding.fix);
			step.ids.add(finding.id);
		}
	}
	return [...steps.values()]
		.map(({ name, versions, fixed, fixes, ids }) => ({
			name,
			versions: [...versions],
			fixedVersions: [...fixed],
			fix: BEST_FIRST.find((fix) => fixes.has(fix)) ?? 'unknown',
			ids: [...ids],
		}))
		.sort(
			(one, other) => rank(one) - rank(other) || other.ids.length - one.ids.length || (one.name < other.name ? -1 : 1),
		);
}

function rank({ fix }: FixStep): number {
	return BEST_FIRST.indexOf(fix);
}
