import { createHash } from 'node:crypto';
import { PipelineError } from '@ecr-pipeline/core';
import type { Descriptor } from './manifest.ts';

/**
 * Passes a blob on while hashing it. Its last chunk goes only when size and digest are known to be right, so that a registry
 * never receives the whole of a wrong blob.
 * @param onBytes called with the length of each chunk as it passes
 */
export async function* verified(
	bytes: AsyncIterable<Buffer>,
	blob: Descriptor,
	source: string,
	onBytes: (count: number) => void = () => undefined,
): AsyncGenerator<Buffer> {
	const hash = createHash('sha256');
	let size = 0;
	let digest: string | undefined;
	for await (const chunk of bytes) {
		size += chunk.length;
		if (digest !== undefined) throw wrongBytes(blob, source, digest, size);
		hash.update(chunk);
		if (size >= blob.size) digest = `sha256:${hash.digest('hex')}`;
		if (digest !== undefined && (digest !== blob.digest || size !== blob.size))
			throw wrongBytes(blob, source, digest, size);
		onBytes(chunk.length);
		yield chunk;
	}
	digest ??= `sha256:${hash.digest('hex')}`;
	if (digest !== blob.digest || size !== blob.size) throw wrongBytes(blob, source, digest, size);
}

function wrongBytes(blob: Descriptor, source: string, digest: string, size: number): PipelineError {
	return new PipelineError({
		code: 'corrupt',
		attempted: `The blob ${blob.digest} (${blob.size} bytes) of ${source} was answered with ${size} bytes whose digest is ${digest}`,
		fix: 'The source or something on the way to it changes or cuts images. Nothing of it is kept.',
	});
}
