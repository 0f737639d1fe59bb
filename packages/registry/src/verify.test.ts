import { Readable } from 'node:stream';
import { digestOf } from '@ecr-pipeline/core';
import { describe, expect, it } from '@jest/globals';
import { verified } from './verify.ts';

async function pass(chunks: string[], promised: string): Promise<Buffer> {
	const arrived: Buffer[] = [];
	const blob = { mediaType: 'x', digest: digestOf(promised), size: Buffer.byteLength(promised) };
	const source = Readable.from(chunks.map((chunk) => Buffer.from(chunk)));
	try {
		for await (const chunk of verified(source, blob, 'source/app')) arrived.push(chunk);
	} catch (error) {
		throw Object.assign(error as Error, { arrived: Buffer.concat(arrived).toString() });
	}
	return Buffer.concat(arrived);
}

describe('verified bytes', () => {
	it('are passed on unchanged when they are right', async () => {
		expect((await pass(['one ', 'two'], 'one two')).toString()).toBe('one two');
	});

	it.each([
		['other bytes', ['one ', 'twO']],
		['fewer bytes', ['one ']],
		['more bytes', ['one ', 'two', '!']],
		['more bytes in the last chunk', ['one ', 'two!']],
	])('are refused when they are %s, before the last of them has passed', async (_what, chunks) => {
		const error = await pass(chunks, 'one two').catch((thrown: Error & { arrived: string }) => thrown);
		expect(error).toMatchObject({ code: 'corrupt', message: expect.stringContaining('source/app') });
		expect((error as { arrived: string }).arrived.length).toBeLessThanOrEqual('one two'.length);
		expect((error as { arrived: string }).arrived).not.toContain('O');
		expect((error as { arrived: string }).arrived).not.toContain('!');
	});

	it('may be none', async () => {
		expect(await pass([], '')).toHaveLength(0);
	});
});
