import { type Clock, escapeLog, type Log } from '@ecr-pipeline/core';

const EVERY = 10_000;

/** Prints one line every ten seconds while the work lasts; time is the clock's, so that tests can play it. */
export async function withProgressLines<T>(
	{ clock, log }: { readonly clock: Clock; readonly log: Log },
	describe: () => string,
	work: () => Promise<T>,
): Promise<T> {
	const done = new AbortController();
	const telling = tell(clock, done.signal, () => log.info(escapeLog(describe())));
	try {
		return await work();
	} finally {
		done.abort();
		await telling;
	}
}

async function tell(clock: Clock, signal: AbortSignal, line: () => void): Promise<void> {
	while (!signal.aborted) {
		// Aborting the sleep is how it ends.
		await clock.sleep(EVERY, signal).catch(() => undefined);
		if (!signal.aborted) line();
	}
}
