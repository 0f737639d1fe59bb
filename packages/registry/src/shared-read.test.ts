import { Readable } from 'node:stream';
import { setTimeout as sleep, setImmediate as soon } from 'node:timers/promises';
import { readBody } from '@ecr-pipeline/core';
import { describe, expect, it } from '@jest/globals';
import type { OpenBlob } from './repository.ts';
import { inTurns, shareRead } from './shared-read.ts';

const BYTES = Buffer.alloc(1_000_000, 'layer ');

/** A blob in chunks, which counts how often it is located and opened and how much of it has been taken. */
function countedBlob() {
	const counts = { located: 0, opened: 0, taken: 0 };
	const locate = async () => {
		counts.located += 1;
		return async () => {
			counts.opened += 1;
			return Readable.from(
				(function* () {
					for (let start = 0; start < BYTES.length; start += 10_000) {
						counts.taken += 10_000;
						yield BYTES.subarray(start, start + 10_000);
					}
				})(),
			);
		};
	};
	return { counts, locate };
}

const atOnce = async (open: OpenBlob) => open();

/** Takes all bytes as a reader must: a chunk is copied before the next one is asked for. */
const buffer = (bytes: AsyncIterable<Buffer>) => readBody(bytes);

async function breakOff(bytes: AsyncIterable<Buffer> | undefined): Promise<void> {
	for await (const _ of bytes ?? []) return;
}

describe('a shared read', () => {
	it('reads the blob once for all of its readers', async () => {
		const { counts, locate } = countedBlob();
		const read = shareRead(3, locate, atOnce);
		const all = await Promise.all([0, 1, 2].map(async (reader) => buffer(await (await read.join(reader))())));
		for (const bytes of all) expect(bytes.equals(BYTES)).toBe(true);
		expect(counts).toEqual({ located: 1, opened: 1, taken: BYTES.length });
	});

	it('opens nothing before every reader has opened or left, and nothing at all when all have left', async () => {
		const { counts, locate } = countedBlob();
		const read = shareRead(2, locate, atOnce);
		const opening = (await read.join(0))();
		await sleep(5);
		expect(counts.opened).toBe(0);
		read.leave(1);
		expect((await buffer(await opening)).equals(BYTES)).toBe(true);

		const mounted = countedBlob();
		const unused = shareRead(1, mounted.locate, atOnce);
		await unused.join(0);
		unused.leave(0);
		await sleep(5);
		expect(mounted.counts.opened).toBe(0);
	});

	it('goes on for the others when one breaks off, and reads anew for the one that comes again', async () => {
		const { counts, locate } = countedBlob();
		const read = shareRead(2, locate, atOnce);
		const [broken, whole] = await Promise.all([0, 1].map(async (reader) => (await read.join(reader))()));
		const breaking = breakOff(broken);
		expect((await buffer(whole as AsyncIterable<Buffer>)).equals(BYTES)).toBe(true);
		await breaking;
		expect((await buffer(await (await read.join(0))())).equals(BYTES)).toBe(true);
		expect(counts).toMatchObject({ located: 2, opened: 2 });
	});

	it('is read anew by a reader that opens it a second time, as after a challenge', async () => {
		const { counts, locate } = countedBlob();
		const read = shareRead(1, locate, atOnce);
		const open = await read.join(0);
		await breakOff(await open());
		expect((await buffer(await open())).equals(BYTES)).toBe(true);
		expect(counts).toMatchObject({ located: 2, opened: 2 });
	});

	it('goes no faster than its slowest reader', async () => {
		const { counts, locate } = countedBlob();
		const read = shareRead(2, locate, atOnce);
		const [fast, slow] = await Promise.all([0, 1].map(async (reader) => (await read.join(reader))()));
		const taking = buffer(fast as AsyncIterable<Buffer>);
		await sleep(20);
		expect(counts.taken).toBeLessThan(BYTES.length / 2);
		expect((await buffer(slow as AsyncIterable<Buffer>)).equals(BYTES)).toBe(true);
		expect((await taking).equals(BYTES)).toBe(true);
	});

	it('tells every reader when the source breaks off', async () => {
		const failing = async () => async () =>
			Readable.from(
				(function* () {
					yield BYTES;
					throw new Error('the source broke off');
				})(),
			);
		const read = shareRead(2, failing, atOnce);
		const outcomes = await Promise.allSettled([0, 1].map(async (reader) => buffer(await (await read.join(reader))())));
		expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
	});
});

describe('turns', () => {
	it('keep no more streams open than there are turns; a closed or failed one makes room', async () => {
		const inTurn = inTurns(2);
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
		await breakOff(first);
		await third;
		expect(opened).toHaveLength(3);
	});
});
