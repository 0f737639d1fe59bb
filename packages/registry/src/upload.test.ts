import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { digestOf, type HttpRequest } from '@ecr-pipeline/core';
import { describe, expect, it } from '@jest/globals';
import { createRegistryClient } from './client.ts';
import { putBlob } from './upload.ts';

const BYTES = Buffer.from('layer');
const BLOB = { mediaType: 'application/octet-stream', digest: digestOf(BYTES), size: BYTES.length };

/** A registry that knows the first of its upload sessions no more when the bytes come, and answers a PUT so. */
async function put(over: { status: number; body: string }) {
	const asked: string[] = [];
	const context = {
		send: async ({ method, url, body }: HttpRequest) => {
			asked.push(`${method} ${url.pathname}`);
			if (body instanceof Readable) await buffer(body);
			const sessions = asked.filter((line) => line.startsWith('POST')).length;
			const answer =
				method === 'POST'
					? { status: 202, headers: { location: `/v2/app/blobs/uploads/${sessions}` }, body: '' }
					: { headers: {}, ...(sessions === 1 ? over : { status: 201, body: '' }) };
			return { ...answer, body: Readable.from([Buffer.from(answer.body)]) };
		},
		clock: { now: () => 0, sleep: async () => undefined },
		random: () => 0,
	};
	const client = createRegistryClient(
		{ host: 'registry.example', credentials: async () => undefined, preemptive: false },
		context,
	);
	const locate = async () => async () => Readable.from([BYTES]);
	const offer = { source: 'source/app', expectUpload: true, locate };
	const outcome = await putBlob(client, 'app', BLOB, offer, context).catch((error: Error) => error.message);
	return { outcome, asked };
}

describe('putBlob', () => {
	it('starts anew when its upload session is over', async () => {
		const { outcome, asked } = await put({ status: 404, body: '{"errors":[{"code":"BLOB_UPLOAD_UNKNOWN"}]}' });
		expect(outcome).toBe('uploaded');
		expect(asked).toEqual([
			'POST /v2/app/blobs/uploads/',
			'PUT /v2/app/blobs/uploads/1',
			'POST /v2/app/blobs/uploads/',
			'PUT /v2/app/blobs/uploads/2',
		]);
	});

	it('does not repeat what another 404 answers', async () => {
		const { outcome, asked } = await put({ status: 404, body: '{"errors":[{"code":"NAME_UNKNOWN"}]}' });
		expect(outcome).toContain('NAME_UNKNOWN');
		expect(asked).toHaveLength(2);
	});
});
