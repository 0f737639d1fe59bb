import type { Finding } from './finding.ts';

/**
 * Tells which findings were there before. The version and the path of a package may change between two builds while the
 * vulnerability stays, so neither counts; a further package with the same vulnerability is new.
 */
export function openBaseline(findings: readonly Finding[]): (finding: Finding) => boolean {
	const known = new Set(findings.flatMap((finding) => namesOf(finding).flatMap((id) => keysOf(id, finding))));
	return (finding) => namesOf(finding).some((id) => keysOf(id, finding).every((key) => known.has(key)));
}

function namesOf({ id, aliases }: Finding): string[] {
	return [id, ...aliases];
}

function keysOf(id: string, { packages }: Finding): string[] {
	return packages.length === 0 ? [id] : packages.map(({ name, type }) => [id, type, name].join('\u0000'));
}
