import type { ServerResponse } from 'node:http';
import type { Blobs } from './blobs.ts';

const PIECE_BYTES = 262_144;

/** First and last byte, both inclusive. */
interface Part {
	readonly start: number;
	readonly end: number;
}

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
	await copy(blobs, digest, part ?? { start: 0, end: size - 1 }, response).catch(() => response.destroy());
}

/** Reads a piece while the one before it is written. Two buffers serve the whole answer: fresh ones cost more than the copying. */
async function copy(blobs: Blobs, digest: string, { start, end }: Part, response: ServerResponse): Promise<void> {
	const file = await blobs.open(digest);
	try {
		let free = Buffer.allocUnsafeSlow(PIECE_BYTES);
		let written: Promise<void> = Promise.resolve();
		let next = Buffer.allocUnsafeSlow(PIECE_BYTES);
		for (let at = start; at <= end; ) {
			const { bytesRead } = await file.read(next, 0, Math.min(PIECE_BYTES, end + 1 - at), at);
			if (bytesRead === 0) throw new Error(`${digest} ends at ${at}, not at ${end}`);
			at += bytesRead;
			await written;
			written = write(response, next.subarray(0, bytesRead));
			// Awaited after the next read; until then a failure is not without a reader.
			written.catch(() => undefined);
			[free, next] = [next, free];
		}
		await written;
		response.end();
	} finally {
		await file.close();
	}
}

/** @returns when the piece is with the kernel, so that its buffer may be used again @throws when the client has gone */
function write(response: ServerResponse, piece: Buffer): Promise<void> {
	return new Promise((resolve, reject) => {
		const gone = () => reject(new Error('the client has gone'));
		if (response.destroyed) {
			gone();
			return;
		}
		response.once('close', gone);
		response.write(piece, (error) => {
			response.off('close', gone);
			if (error) reject(error);
			else resolve();
		});
	});
}

function partOf(range: string, size: number): Part | 'unsatisfiable' | undefined {
	const [, first = '', last = ''] = RANGE.exec(range) ?? [];
	// RFC 9110, 14.2: what is not understood is ignored.
	if (first === '' && last === '') return undefined;
	const start = first === '' ? Math.max(size - Number(last), 0) : Number(first);
	const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1);
	return start > end ? 'unsatisfiable' : { start, end };
}
