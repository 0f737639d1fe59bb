import { Readable } from 'node:stream';
import { setImmediate as soon } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { createTurns } from './turns.ts';

describe('turns', () => {
	it('keep no more streams open than there are turns; a closed or failed one makes room', async () => {
		const inTurn = createTurns(2);
		const opened: Readable[] = [];
		const open = async () => {
			opened.push(Readable.from(['bytes']));
			return opened.at(-1) as Readable;
		};
		const first = await inTurn(open);
		await expect(inTurn(async () => Promise.reject(new Error('not there')))).rejects.toThrow('not there');
		await inTurn(open);
		const third = inTurn(open);
		await soon();
		expect(opened).toHaveLength(2);
		first.destroy();
		await third;
		expect(opened).toHaveLength(3);
	});
});
