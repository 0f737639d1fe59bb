import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

type Chunk = Buffer | Uint8Array | string;

const bytesOf = (chunk: Chunk): Buffer => (typeof chunk === 'string' ? Buffer.from(chunk) : Buffer.from(chunk));

/** Ends the connection in the middle of the body: its length was announced, so that the client can tell. */
export function truncate(response: ServerResponse): void {
	const write = response.write.bind(response);
	intercept(response, (chunk) => {
		const whole = bytesOf(chunk);
		write(whole.subarray(0, Math.floor(whole.length / 2)), () => response.socket?.destroySoon());
		return true;
	});
}

/** Turns one bit of the body over. */
export function corrupt(response: ServerResponse): void {
	const write = response.write.bind(response);
	const end = response.end.bind(response);
	let done = false;
	const turned = (chunk: Chunk): Buffer => {
		const bytes = bytesOf(chunk);
		const middle = Math.floor(bytes.length / 2);
		const there = bytes[middle];
		if (!done && there !== undefined) {
			bytes[middle] = there ^ 1;
			done = true;
		}
		return bytes;
	};
	Object.assign(response, {
		write: (chunk: Chunk, ...rest: never[]) => write(turned(chunk), ...rest),
		end: (chunk?: Chunk | (() => void), ...rest: never[]) =>
			isChunk(chunk) ? end(turned(chunk), ...rest) : end(chunk, ...rest),
	});
}

const TICK_MS = 50;

/** Lets the body out a little at a time. */
export function slowDown(response: ServerResponse, bytesPerSecond: number): void {
	const write = response.write.bind(response);
	const end = response.end.bind(response);
	const piece = Math.max(Math.floor((bytesPerSecond * TICK_MS) / 1000), 1);
	let last: Promise<void> = Promise.resolve();
	const drip = async (bytes: Buffer) => {
		for (let at = 0; at < bytes.length && !response.destroyed; at += piece) {
			write(bytes.subarray(at, at + piece));
			await sleep(TICK_MS);
		}
	};
	const queue = (chunk: Chunk) => {
		// The writer may use its buffer again.
		const bytes = bytesOf(chunk);
		last = last.then(() => drip(bytes));
		return last;
	};
	Object.assign(response, {
		write: (chunk: Chunk, ...rest: unknown[]) => {
			queue(chunk).then(() => {
				callbackOf(rest)?.();
				response.emit('drain');
			});
			return false;
		},
		end: (chunk?: Chunk | (() => void), ...rest: unknown[]) => {
			const given = isChunk(chunk) ? queue(chunk) : last;
			given.then(() => end(callbackOf([chunk, ...rest])));
			return response;
		},
	});
}

function intercept(response: ServerResponse, first: (chunk: Chunk) => boolean): void {
	const end = response.end.bind(response);
	let struck = false;
	const strike = (chunk: Chunk) => {
		if (struck || bytesOf(chunk).length === 0) return;
		struck = first(chunk);
	};
	Object.assign(response, {
		write: (chunk: Chunk) => {
			strike(chunk);
			return true;
		},
		end: (chunk?: Chunk | (() => void)) => {
			if (isChunk(chunk)) strike(chunk);
			return struck ? response : end();
		},
	});
}

function isChunk(value: unknown): value is Chunk {
	return typeof value === 'string' || value instanceof Uint8Array;
}

function callbackOf(rest: readonly unknown[]): (() => void) | undefined {
	return rest.find((one): one is () => void => typeof one === 'function');
}
