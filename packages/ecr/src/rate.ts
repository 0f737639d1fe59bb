import type { Clock } from '@ecr-pipeline/core';

/** Holds back calls that would go over a rate: `take` ends when the call may be made. */
export interface RateLimit {
	take(): Promise<void>;
}

/**
 * A token bucket: as many calls at once as a second allows, then one after another at the rate.
 * @param perSecond the quota of the operation, per account and region
 */
export function createRateLimit(perSecond: number, clock: Clock): RateLimit {
	const interval = 1000 / perSecond;
	// When the bucket will be full again; each call moves it on by one token's time.
	let full = clock.now();
	return {
		async take() {
			const now = clock.now();
			full = Math.max(full, now) + interval;
			const wait = full - now - 1000;
			if (wait > 0) await clock.sleep(wait);
		},
	};
}

/** The limits of one account and region that a copy can reach (ECR service quotas, default values). */
export interface EcrLimits {
	/** Index, children, referrers and every tag: the one that binds. */
	readonly putImage: RateLimit;
	/** InitiateLayerUpload and CompleteLayerUpload, which every uploaded or mounted blob takes. */
	readonly layerUpload: RateLimit;
}

const shared = new WeakMap<Clock, Map<string, EcrLimits>>();

/** The limits of an account in a region: whoever calls it in this job, by whichever role, takes from the same buckets. */
export function ecrLimits(accountId: string, region: string, clock: Clock): EcrLimits {
	const limits = shared.get(clock) ?? new Map<string, EcrLimits>();
	shared.set(clock, limits);
	const key = `${accountId}/${region}`;
	const known = limits.get(key) ?? { putImage: createRateLimit(10, clock), layerUpload: createRateLimit(100, clock) };
	limits.set(key, known);
	return known;
}
