import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { digestOf } from '@ecr-pipeline/core';
import { describe, expect, it } from '@jest/globals';
import { createVerifier } from './verify.ts';

async function pass(chunks: string[], promised: string): Promise<Buffer> {
	const arrived: Buffer[] = [];
	const sink = new Writable({
		write(chunk: Buffer, _encoding, done) {
			arrived.push(chunk);
			done();
		},
	});
	const blob = { mediaType: 'x', digest: digestOf(promised), size: Buffer.byteLength(promised) };
	await pipeline(
		Readable.from(chunks.map((chunk) => Buffer.from(chunk))),
		createVerifier(blob, 'source/app'),
		sink,
	).catch((error: Error) => {
		throw Object.assign(error, { arrived: Buffer.concat(arrived).toString() });
	});
	return Buffer.concat(arrived);
}

describe('createVerifier', () => {
	it('passes the right bytes on unchanged', async () => {
		expect((await pass(['one ', 'two'], 'one two')).toString()).toBe('one two');
	});

	it.each([
		['other bytes', ['one ', 'twO']],
		['fewer bytes', ['one ']],
		['more bytes', ['one ', 'two', '!']],
	])('refuses %s before the last of them has passed', async (_what, chunks) => {
		const error = await pass(chunks, 'one two').catch((thrown: Error & { arrived: string }) => thrown);
		expect(error).toMatchObject({ code: 'corrupt', message: expect.stringContaining('source/app') });
		expect((error as { arrived: string }).arrived).toBe(chunks.slice(0, -1).join(''));
	});

	it('passes an empty blob', async () => {
		expect(await pass([], '')).toHaveLength(0);
	});
});
