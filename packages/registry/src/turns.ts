import type { Readable } from 'node:stream';
import type { OpenBlob } from './repository.ts';

/** Lets at most `count` streams be open at a time: `open` waits for its turn, which ends when its stream has closed. */
export function createTurns(count: number): (open: OpenBlob) => Promise<Readable> {
	let free = count;
	const waiting: (() => void)[] = [];
	const end = (): void => {
		const next = waiting.shift();
		if (next === undefined) free += 1;
		else next();
	};
	return async (open) => {
		if (free > 0) free -= 1;
		else await new Promise<void>((resolve) => waiting.push(resolve));
		try {
			return (await open()).once('close', end);
		} catch (error) {
			end();
			throw error;
		}
	};
}
