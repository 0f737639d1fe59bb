import { messageOf, PipelineError } from '@ecr-pipeline/core';
import pMap from 'p-map';

// How many pieces of work are under way at once; the blobs in flight have a limit of their own.
const LANES = 64;
const LONGEST_LIST = 50;

/**
 * Does the same for each item and lets none of them stop the others. When any has failed, one error tells all failures.
 * @param consequence what a failure means for all items: `Nothing has been tagged.`
 */
export async function forAll<Item, Result>(
	items: readonly Item[],
	consequence: string,
	work: (item: Item) => Promise<Result>,
	concurrency = LANES,
): Promise<Result[]> {
	const failures: unknown[] = [];
	const results = await pMap(
		items,
		async (item) => {
			try {
				return [await work(item)];
			} catch (error) {
				failures.push(error);
				return [];
			}
		},
		{ concurrency },
	);
	if (failures.length > 0) throw asOne(failures, items.length, consequence);
	return results.flat();
}

function asOne(failures: readonly unknown[], total: number, consequence: string): unknown {
	const [first] = failures;
	if (total === 1) return first;
	// Images that share a repository fail by the same words.
	const counted = new Map<string, number>();
	for (const failure of failures) counted.set(messageOf(failure), (counted.get(messageOf(failure)) ?? 0) + 1);
	const told = [...counted].map(([message, times]) => (times === 1 ? message : `${message} (${times} times)`));
	const more = told.length > LONGEST_LIST ? [`and ${told.length - LONGEST_LIST} more`] : [];
	return new PipelineError({
		code: first instanceof PipelineError ? first.code : 'service',
		attempted: `${failures.length} of ${total} failed`,
		answer: `\n${[...told.slice(0, LONGEST_LIST), ...more].join('\n')}`,
		fix: consequence,
		cause: first,
	});
}
