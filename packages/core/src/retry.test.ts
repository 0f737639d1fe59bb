import { describe, expect, it } from '@jest/globals';
import type { Clock } from './clock.ts';
import { retry, retryAfterMilliseconds } from './retry.ts';

function fakeClock(): Clock & { pauses: number[] } {
	const pauses: number[] = [];
	let now = 0;
	return {
		pauses,
		now: () => now,
		sleep: async (milliseconds) => {
			pauses.push(milliseconds);
			now += milliseconds;
		},
	};
}

function failing(times: number): () => Promise<string> {
	let left = times;
	return async () => {
		left -= 1;
		if (left >= 0) throw new Error('busy');
		return 'done';
	};
}

describe('retry', () => {
	it('doubles the range that pauses are drawn from', async () => {
		const clock = fakeClock();
		await retry(failing(3), { clock, random: () => 0.5, attempts: 5, baseMilliseconds: 100, again: () => true });
		expect(clock.pauses).toEqual([50, 100, 200]);
	});

	it('waits at least as long as the server asked', async () => {
		const clock = fakeClock();
		await retry(failing(1), { clock, random: () => 0, attempts: 2, again: () => ({ afterMilliseconds: 3000 }) });
		expect(clock.pauses).toEqual([3000]);
	});

	it('gives the last error when the attempts are used up', async () => {
		const clock = fakeClock();
		await expect(retry(failing(9), { clock, random: () => 0, attempts: 3, again: () => true })).rejects.toThrow('busy');
		expect(clock.pauses).toHaveLength(2);
	});

	it('does not try again what cannot pass', async () => {
		const clock = fakeClock();
		await expect(retry(failing(1), { clock, random: () => 0, attempts: 3, again: () => false })).rejects.toThrow(
			'busy',
		);
		expect(clock.pauses).toEqual([]);
	});

	it('does not sleep past its deadline', async () => {
		const clock = fakeClock();
		const options = { clock, random: () => 1, attempts: 9, baseMilliseconds: 1000, deadline: 2500, again: () => true };
		await expect(retry(failing(9), options)).rejects.toThrow('busy');
		expect(clock.pauses).toEqual([1000]);
	});
});

describe('retryAfterMilliseconds', () => {
	it('reads seconds and dates', () => {
		expect(retryAfterMilliseconds('7', 0)).toBe(7000);
		expect(retryAfterMilliseconds('Thu, 01 Jan 1970 00:00:09 GMT', 4000)).toBe(5000);
		expect(retryAfterMilliseconds('soon', 0)).toBeUndefined();
	});
});
