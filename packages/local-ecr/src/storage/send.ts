import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { Blobs } from './blobs.ts';

const RANGE = /^bytes=(\d*)-(\d*)$/;

/** Answers with a blob, or with the part of it that a Range header asks for, straight from its file. */
export async function sendBlob(
	blobs: Blobs,
	digest: string,
	range: string | undefined,
	response: ServerResponse,
): Promise<void> {
	const size = await blobs.size(digest);
	const part = range === undefined ? undefined : partOf(range, size);
	const headers = {
		'content-type': 'application/octet-stream',
		'docker-content-digest': digest,
		'accept-ranges': 'bytes',
	};
	if (part === 'unsatisfiable') {
		response.writeHead(416, { ...headers, 'content-range': `bytes */${size}`, 'content-length': 0 }).end();
		return;
	}
	if (part === undefined) response.writeHead(200, { ...headers, 'content-length': size });
	else
		response.writeHead(206, {
			...headers,
			'content-length': part.end - part.start + 1,
			'content-range': `bytes ${part.start}-${part.end}/${size}`,
		});
	// A client that goes away in the middle is its own affair.
	await pipeline(blobs.stream(digest, part), response).catch(() => response.destroy());
}

function partOf(range: string, size: number): { start: number; end: number } | 'unsatisfiable' | undefined {
	const [, first = '', last = ''] = RANGE.exec(range) ?? [];
	// RFC 9110, 14.2: what is not understood is ignored.
	if (first === '' && last === '') return undefined;
	const start = first === '' ? Math.max(size - Number(last), 0) : Number(first);
	const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1);
	return start > end ? 'unsatisfiable' : { start, end };
}
