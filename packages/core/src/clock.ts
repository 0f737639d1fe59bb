import { setTimeout as wait } from 'node:timers/promises';

/** Time, as an argument: tests bring their own. */
export interface Clock {
	/** Milliseconds since 1970. */
	now(): number;
	sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
	now: () => Date.now(),
	async sleep(milliseconds, signal) {
		await wait(milliseconds, undefined, signal === undefined ? {} : { signal });
	},
};
