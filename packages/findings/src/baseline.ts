import { areOtherCves, type Finding } from './finding.ts';

/**
 * Tells which findings were there before. The version and the path of a package may change between two builds while the
 * vulnerability stays, so neither counts; a further package with the same vulnerability is new. So is another CVE that
 * shares an advisory with a known one.
 */
export function openBaseline(findings: readonly Finding[]): (finding: Finding) => boolean {
	const known = new Map<string, Finding[]>();
	for (const finding of findings)
		for (const key of namesOf(finding).flatMap((name) => keysOf(name, finding))) {
			const same = known.get(key);
			if (same === undefined) known.set(key, [finding]);
			else same.push(finding);
		}
	return (finding) => {
		const names = namesOf(finding);
		const isKnown = (key: string): boolean =>
			known.get(key)?.some((before) => !areOtherCves(names, namesOf(before))) === true;
		return names.some((name) => keysOf(name, finding).every(isKnown));
	};
}

function namesOf({ id, aliases }: Finding): string[] {
	return [id, ...aliases];
}

function keysOf(name: string, { packages }: Finding): string[] {
	return packages.length === 0 ? [name] : packages.map((item) => [name, item.type, item.name].join('\u0000'));
}
