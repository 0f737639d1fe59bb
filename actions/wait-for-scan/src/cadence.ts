// The end of a scan is to be noticed within 3 s or a tenth of its duration, whichever is longer, and never later than
// 20 s. Asking again after a tenth of the time waited so far keeps that promise with fewer than 60 questions in 10 min.
const SHORTEST = 3000;
// The scan of a small image is often done before the job asks for the second time.
const AT_FIRST = { interval: 1000, until: 500 };
const LONGEST = 20_000;
// What the next answer may take on its way, so that it is there when the interval is over.
const ON_THE_WAY = 250;

/**
 * Milliseconds from one question to the next. As long as they are the shortest, up to a thirtieth is taken off by chance,
 * so that many jobs do not ask in step; the growth of the later ones carries that on.
 * @param waited milliseconds since the waiting began
 * @param random a number in [0, 1)
 */
export function pollInterval(waited: number, random: number): number {
	const shortest = (waited < AT_FIRST.until ? AT_FIRST.interval : SHORTEST) * (1 - random / 30);
	return Math.min(LONGEST, Math.max(shortest, waited / 10)) - ON_THE_WAY;
}

/** Milliseconds until the next question after so many that the service could not answer: doubling, half of it by chance. */
export function troubleInterval(failures: number, random: number): number {
	return Math.min(LONGEST, 2000 * 2 ** (failures - 1)) * (0.5 + random / 2);
}
