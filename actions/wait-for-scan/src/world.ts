import { type Clock, type Log, PipelineError } from '@ecr-pipeline/core';
import type { Scanning } from '@ecr-pipeline/ecr';

/** What waiting for one manifest touches: the service, time, chance, and the word to give up. */
export interface World {
	readonly scanning: Omit<Scanning, 'configuration' | 'exploitation'>;
	readonly clock: Clock;
	readonly random: () => number;
	readonly log: Log;
	/** Milliseconds since 1970 after which nothing is waited for. */
	readonly deadline: number;
	/** Fires when waiting for the other manifests has become pointless. */
	readonly stop: AbortSignal;
}

// The SDK's own attempts included; a connection that hangs is given up and made anew.
const LONGEST_CALL = 60_000;

/** Asks the service, and gives up after a minute or when the step's time is over. */
export async function bounded<T>(
	{ clock, deadline }: Pick<World, 'clock' | 'deadline'>,
	attempted: string,
	ask: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
	const milliseconds = Math.min(LONGEST_CALL, Math.max(1000, deadline - clock.now()));
	const ended = new AbortController();
	const tooLong = clock.sleep(milliseconds, ended.signal).then((): never => {
		throw new PipelineError({
			code: 'timeout',
			attempted,
			answer: `no answer within ${Math.round(milliseconds / 1000)} s`,
		});
	});
	// Once the answer is there, the sleep ends as aborted, and nobody is left to hear of it.
	tooLong.catch(() => undefined);
	try {
		return await Promise.race([ask(ended.signal), tooLong]);
	} finally {
		ended.abort();
	}
}

/** Sleeps, but not beyond the deadline and not once waiting has become pointless. */
export async function pause({ clock, deadline, stop }: World, milliseconds: number): Promise<void> {
	if (stop.aborted) return;
	try {
		await clock.sleep(Math.max(0, Math.min(milliseconds, deadline - clock.now())), stop);
	} catch (error) {
		if (!stop.aborted) throw error;
	}
}
