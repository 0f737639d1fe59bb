import { describe, expect, it } from '@jest/globals';
import { createRateLimit } from './rate.ts';

describe('createRateLimit', () => {
	it('lets a second of calls through at once, and 500 calls at ten a second in 49 s and not sooner', async () => {
		let now = 0;
		const ends: number[] = [];
		const limit = createRateLimit(10, {
			now: () => now,
			sleep: async (milliseconds) => void ends.push(now + milliseconds),
		});
		for (let call = 0; call < 500; call += 1) await limit.take();
		expect(ends).toHaveLength(490);
		expect(ends.at(-1)).toBe(49_000);
		now = 49_000;
	});

	it('is full again after a pause', async () => {
		let now = 0;
		let slept = 0;
		const limit = createRateLimit(10, {
			now: () => now,
			sleep: async (milliseconds) => {
				slept += milliseconds;
			},
		});
		for (let call = 0; call < 10; call += 1) await limit.take();
		now = 1000;
		for (let call = 0; call < 10; call += 1) await limit.take();
		expect(slept).toBe(0);
	});
});
