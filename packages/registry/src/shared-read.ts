import pLimit from 'p-limit';
import type { OpenBlob } from './repository.ts';

/** One read of a blob for several readers. */
export interface SharedRead {
	/** Locates the blob. Opening it waits for the other readers, and gives each the bytes of the one read. */
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
	inTurn: (open: OpenBlob) => ReturnType<OpenBlob>,
): SharedRead {
	const undecided = new Set(Array.from({ length: readers }, (_, reader) => reader));
	const waiting: ((bytes: ReturnType<OpenBlob>) => void)[] = [];
	let located: Promise<OpenBlob> | undefined;

	const decide = (reader: number): void => {
		if (!undecided.delete(reader) || undecided.size > 0 || waiting.length === 0 || located === undefined) return;
		const source = located.then(inTurn);
		if (waiting.length === 1) {
			waiting[0]?.(source);
			return;
		}
		const branches = source.then((bytes) => fanOut(bytes, waiting.length));
		for (const [index, resolve] of waiting.entries())
			resolve(branches.then((all) => all[index] as AsyncIterable<Buffer>));
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

type Chunk = IteratorResult<Buffer>;

/** Gives each of several readers all bytes: the next chunk is read when all of them, but those that have broken off, ask for it. */
function fanOut(bytes: AsyncIterable<Buffer>, count: number): AsyncIterable<Buffer>[] {
	const source = bytes[Symbol.asyncIterator]();
	const readers = new Set(Array.from({ length: count }, (_, reader) => reader));
	const asking = new Map<number, (chunk: Promise<Chunk>) => void>();
	const advance = (): void => {
		if (asking.size === 0 || asking.size < readers.size) return;
		const chunk = source.next();
		for (const resolve of asking.values()) resolve(chunk);
		asking.clear();
	};
	return Array.from({ length: count }, (_, reader) => ({
		[Symbol.asyncIterator]: () => ({
			next: () =>
				new Promise<Chunk>((resolve) => {
					asking.set(reader, resolve);
					advance();
				}),
			async return(): Promise<Chunk> {
				readers.delete(reader);
				if (readers.size === 0) await source.return?.();
				else advance();
				return { done: true, value: undefined };
			},
		}),
	}));
}

/** Opens blobs so that the bytes of at most `count` move at a time: each waits for its turn, which ends with its bytes. */
export function inTurns(count: number): (open: OpenBlob) => ReturnType<OpenBlob> {
	const turn = pLimit(count);
	return (open) =>
		new Promise((resolve, reject) => {
			turn(async () => {
				const bytes = await open();
				await new Promise<void>((end) => resolve(untilRead(bytes, end)));
			}).catch(reject);
		});
}

/** The same bytes; says when nobody will read any more of them. */
function untilRead(bytes: AsyncIterable<Buffer>, end: () => void): AsyncIterable<Buffer> {
	const source = bytes[Symbol.asyncIterator]();
	const next = async (): Promise<Chunk> => {
		const chunk = await source.next();
		if (chunk.done) end();
		return chunk;
	};
	return {
		[Symbol.asyncIterator]: () => ({
			next: () =>
				next().catch((error: unknown) => {
					end();
					throw error;
				}),
			async return(): Promise<Chunk> {
				end();
				await source.return?.();
				return { done: true, value: undefined };
			},
		}),
	};
}
