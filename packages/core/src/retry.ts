import type { Clock } from './clock.ts';

export interface RetryOptions {
	readonly clock: Clock;
	/** A number in [0, 1). */
	readonly random: () => number;
	/** How often the work is tried at most, the first time included. */
	readonly attempts: number;
	/** Upper end of the first pause in milliseconds; it doubles with each further one, up to 20 s. */
	readonly baseMilliseconds?: number;
	/** Milliseconds since 1970 after which no pause may end. */
	readonly deadline?: number;
	/** Says for an error whether trying again can help, and after how many milliseconds the server asked to be asked again. */
	readonly again: (error: unknown, attempt: number) => boolean | { readonly afterMilliseconds: number };
}

const LONGEST_PAUSE = 20_000;

/**
 * Runs `work` until it succeeds, an error says that trying again cannot help, or the attempts or the time are used up.
 * Pauses are drawn by full jitter (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/); a pause
 * that the server asked for (Retry-After) is the lower end.
 */
export async function retry<T>(work: (attempt: number) => Promise<T>, options: RetryOptions): Promise<T> {
	const { clock, random, attempts, baseMilliseconds = 200, deadline = Number.POSITIVE_INFINITY, again } = options;
	for (let attempt = 1; ; attempt += 1) {
		try {
			return await work(attempt);
		} catch (error) {
			const verdict = attempt < attempts && again(error, attempt);
			if (verdict === false) throw error;
			const jitter = random() * Math.min(LONGEST_PAUSE, baseMilliseconds * 2 ** (attempt - 1));
			const pause = verdict === true ? jitter : verdict.afterMilliseconds + jitter;
			if (clock.now() + pause > deadline) throw error;
			await clock.sleep(pause);
		}
	}
}

/** Milliseconds that a Retry-After header asks for (RFC 9110, 10.2.3: seconds or a date); undefined when it says nothing. */
export function retryAfterMilliseconds(header: string | undefined, now: number): number | undefined {
	if (header === undefined) return undefined;
	if (/^\d+$/.test(header.trim())) return Number(header) * 1000;
	const date = Date.parse(header);
	return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
