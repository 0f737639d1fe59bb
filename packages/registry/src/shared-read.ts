import { once } from 'node:events';
import { PassThrough, type Readable } from 'node:stream';
import pLimit from 'p-limit';
import type { OpenBlob } from './repository.ts';

/** One read of a blob for several readers. */
export interface SharedRead {
	/** Locates the blob. Opening it waits for the other readers, and gives each a stream of the one read. */
	join(reader: number): Promise<OpenBlob>;
	/** Says that this reader needs no bytes any more: its blob was mounted, or its upload has ended. */
	leave(reader: number): void;
}

/**
 * Reads a blob once for several readers, as soon as each of them has opened it or left. A reader that breaks off does not
 * disturb the others; when it comes again, it locates and reads for itself.
 * @param inTurn opens the located blob when its turn comes
 */
export function shareRead(
	readers: number,
	locate: () => Promise<OpenBlob>,
	inTurn: (open: OpenBlob) => Promise<Readable>,
): SharedRead {
	const undecided = new Set(Array.from({ length: readers }, (_, reader) => reader));
	const waiting: ((stream: Promise<Readable>) => void)[] = [];
	let located: Promise<OpenBlob> | undefined;

	const decide = (reader: number): void => {
		if (!undecided.delete(reader) || undecided.size > 0 || waiting.length === 0 || located === undefined) return;
		const source = located.then(inTurn);
		const streams = waiting.length === 1 ? source.then((stream) => [stream]) : source.then(fanOut(waiting.length));
		for (const [index, resolve] of waiting.entries()) resolve(streams.then((all) => all[index] as Readable));
	};

	return {
		async join(reader) {
			if (!undecided.has(reader)) {
				const open = await locate();
				return () => inTurn(open);
			}
			located ??= locate();
			await located;
			return async () => {
				// Opened a second time by the same attempt, after a challenge or a redirect: the shared read has been given away.
				if (!undecided.has(reader)) return inTurn(await locate());
				return new Promise((resolve) => {
					waiting.push(resolve);
					decide(reader);
				});
			};
		},
		leave: decide,
	};
}

/** Gives each of several streams all bytes of one, as fast as the slowest takes them. */
function fanOut(count: number): (source: Readable) => Readable[] {
	return (source) => {
		const branches = Array.from({ length: count }, () => new PassThrough());
		const goOn = (): void => {
			if (branches.every((branch) => branch.destroyed)) source.destroy();
			else if (branches.every((branch) => branch.destroyed || !branch.writableNeedDrain)) source.resume();
		};
		for (const branch of branches) branch.on('drain', goOn).on('close', goOn);
		source.on('data', (chunk: Buffer) => {
			for (const branch of branches) if (!branch.destroyed && !branch.write(chunk)) source.pause();
		});
		source.on('end', () => {
			for (const branch of branches) branch.end();
		});
		source.on('error', (error) => {
			for (const branch of branches) branch.destroy(error);
		});
		return branches;
	};
}

/** Opens blobs so that at most `count` streams are open at a time: each waits for its turn, which ends when it has closed. */
export function inTurns(count: number): (open: OpenBlob) => Promise<Readable> {
	const turn = pLimit(count);
	return (open) =>
		new Promise((resolve, reject) => {
			turn(async () => {
				const stream = await open();
				const closed = once(stream, 'close');
				resolve(stream);
				await closed;
			}).catch(reject);
		});
}
