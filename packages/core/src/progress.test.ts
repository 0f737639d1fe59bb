import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { withProgress } from './progress.ts';
import { createRunner } from './runner.ts';

beforeEach(() => {
	jest.useFakeTimers();
});
afterEach(() => {
	jest.useRealTimers();
});

/** What is printed about work that lasts this long. */
async function printed(milliseconds: number): Promise<string[]> {
	const lines: string[] = [];
	const log = createRunner({}, (text) => lines.push(text.trim()));
	let done = 0;
	const working = withProgress(
		{ log },
		() => {
			done += 1;
			return `Copying: ${done} of 9`;
		},
		() => new Promise<void>((resolve) => setTimeout(resolve, milliseconds)),
	);
	await jest.advanceTimersByTimeAsync(milliseconds);
	await working;
	log.info('after');
	return lines;
}

describe('progress', () => {
	it('is a line every ten seconds, folded under the first', async () => {
		expect(await printed(35_000)).toEqual([
			'::group::Copying: 1 of 9',
			'Copying: 2 of 9',
			'Copying: 3 of 9',
			'::endgroup::',
			'after',
		]);
	});

	it('is nothing where the work ends sooner', async () => {
		expect(await printed(9_000)).toEqual(['after']);
	});
});
