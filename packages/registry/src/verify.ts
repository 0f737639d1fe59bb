import { createHash } from 'node:crypto';
import { Transform } from 'node:stream';
import { PipelineError } from '@ecr-pipeline/core';
import type { Descriptor } from './manifest.ts';

/**
 * Passes a blob on while hashing it. The last chunk is held back until size and digest are known to be right, so that a
 * registry never receives the whole of a wrong blob.
 * @param onBytes called with the length of each chunk as it passes
 */
export function createVerifier(
	blob: Descriptor,
	source: string,
	onBytes: (count: number) => void = () => undefined,
): Transform {
	const hash = createHash('sha256');
	let size = 0;
	let held: Buffer | undefined;
	return new Transform({
		transform(chunk: Buffer, _encoding, done) {
			hash.update(chunk);
			size += chunk.length;
			onBytes(chunk.length);
			const before = held;
			held = chunk;
			done(null, before);
		},
		flush(done) {
			const digest = `sha256:${hash.digest('hex')}`;
			if (digest === blob.digest && size === blob.size) done(null, held);
			else done(wrongBytes(blob, source, digest, size));
		},
	});
}

function wrongBytes(blob: Descriptor, source: string, digest: string, size: number): PipelineError {
	return new PipelineError({
		code: 'corrupt',
		attempted: `The blob ${blob.digest} (${blob.size} bytes) of ${source} was answered with ${size} bytes whose digest is ${digest}`,
		fix: 'The source or something on the way to it changes or cuts images. Nothing of it is kept.',
	});
}
