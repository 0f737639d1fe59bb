import type { Context } from './context.ts';

const EVERY_MILLISECONDS = 10_000;

/**
 * Runs work and prints one line every ten seconds while it lasts: done of total, rate, what it waits for. The lines are
 * folded under the first of them; work that ends sooner prints nothing. GitHub folds one level: not for work within a group.
 */
export async function withProgress<T>(
	{ log }: Pick<Context, 'log'>,
	describe: () => string,
	work: () => Promise<T>,
): Promise<T> {
	let group: Promise<void> | undefined;
	let close = (): void => undefined;
	const timer = setInterval(() => {
		if (group !== undefined) return log.info(describe());
		const closing = new Promise<void>((resolve) => {
			close = resolve;
		});
		group = log.group(describe(), () => closing);
	}, EVERY_MILLISECONDS);
	try {
		return await work();
	} finally {
		clearInterval(timer);
		close();
		await group;
	}
}

/** Bytes as a person reads them: `1.5 MiB`. */
export function formatBytes(bytes: number): string {
	if (bytes < 1024) return `${bytes} B`;
	const units = ['KiB', 'MiB', 'GiB', 'TiB'];
	const power = Math.min(Math.floor(Math.log2(bytes) / 10), units.length);
	return `${(bytes / 1024 ** power).toFixed(1)} ${units[power - 1]}`;
}

/** A span as a person reads it: `850 ms`, `12.3 s`, `4 min 10 s`. */
export function formatDuration(milliseconds: number): string {
	if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
	if (milliseconds < 60_000) return `${(milliseconds / 1000).toFixed(1)} s`;
	return `${Math.floor(milliseconds / 60_000)} min ${Math.round((milliseconds % 60_000) / 1000)} s`;
}
