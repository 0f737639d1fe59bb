import type { Finding, VulnerablePackage } from './finding.ts';

/** One place of a finding: one package on one platform. A narrow rule must cover all of them to take the finding away. */
export interface Occurrence {
	readonly package?: VulnerablePackage;
	readonly platform?: string;
}

export function occurrencesOf({ packages, platforms }: Finding): Occurrence[] {
	const places = packages.length === 0 ? [{}] : packages.map((item) => ({ package: item }));
	if (platforms.length === 0) return places;
	return places.flatMap((place) => platforms.map((platform) => ({ ...place, platform })));
}

/** Tells whether a platform is the one named, or a variant of it: `linux/arm64` stands for `linux/arm64/v8` too. */
export function isPlatform(named: string, platform: string | undefined): boolean {
	return platform === named || platform?.startsWith(`${named}/`) === true;
}
