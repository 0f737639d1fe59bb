import type { Finding } from './finding.ts';

export const DAY = 86_400_000;

/**
 * When a finding was first seen, in milliseconds since 1970; undefined where that is not known. A sighting more than a day
 * ahead, which no clock that is a little wrong explains, is none: grace until then would have no end.
 */
export function firstSighting({ firstSeen }: Finding, now: number): number | undefined {
	const seen = firstSeen === undefined ? Number.NaN : Date.parse(firstSeen);
	return seen <= now + DAY ? seen : undefined;
}
