import { mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { TextStore } from '@ecr-pipeline/findings';

const PENDING = 256 * 1024;
// Findings in order of severity, as wait-for-scan writes them, are read back in the order of their lines: a window serves
// several. For those in any other order it must not be large.
const WINDOW = 8 * 1024;

/** Keeps lines in a file of its own, which is there only while this process is. Where they are few, in memory. */
export function openTextFile(temporaryDirectory: string): TextStore {
	const starts: number[] = [];
	let pending = Buffer.allocUnsafe(PENDING);
	let pendingStart = 0;
	let pendingLength = 0;
	let file: number | undefined;
	let window = Buffer.allocUnsafe(WINDOW);
	let windowLength = 0;
	let windowStart = 0;

	const flush = (): void => {
		file ??= openNameless(temporaryDirectory);
		writeSync(file, pending, 0, pendingLength, pendingStart);
		pendingStart += pendingLength;
		pendingLength = 0;
	};
	const readBack = (start: number, end: number): Buffer => {
		if (start < windowStart || end > windowStart + windowLength) {
			if (end - start > window.length) window = Buffer.allocUnsafe(end - start);
			windowStart = start;
			windowLength = readSync(file as number, window, 0, Math.min(window.length, pendingStart - start), start);
		}
		return window.subarray(start - windowStart, end - windowStart);
	};

	return {
		add(line) {
			const most = line.length * 3;
			if (pendingLength + most > pending.length && pendingLength > 0) flush();
			if (most > pending.length) pending = Buffer.allocUnsafe(most);
			starts.push(pendingStart + pendingLength);
			pendingLength += pending.write(line, pendingLength);
			return starts.length - 1;
		},
		line(number) {
			const start = starts[number] ?? 0;
			const end = starts[number + 1] ?? pendingStart + pendingLength;
			const bytes =
				start >= pendingStart ? pending.subarray(start - pendingStart, end - pendingStart) : readBack(start, end);
			return bytes.toString('utf8');
		},
	};
}

// Without a name it ends with the process. Where a name cannot be taken from an open file, the runner empties the directory.
function openNameless(temporaryDirectory: string): number {
	const directory = mkdtempSync(join(temporaryDirectory, 'finding-texts-'));
	const file = openSync(join(directory, 'lines'), 'wx+', 0o600);
	try {
		rmSync(directory, { recursive: true });
	} catch {
		return file;
	}
	return file;
}
