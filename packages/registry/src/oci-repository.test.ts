import { Readable } from 'node:stream';
import { digestOf, type HttpRequest } from '@ecr-pipeline/core';
import { describe, expect, it } from '@jest/globals';
import { createRegistryClient } from './client.ts';
import { OCI_INDEX } from './media-types.ts';
import { createOciRepository } from './oci-repository.ts';

const SUBJECT = digestOf('image');
const REFERRER = { mediaType: 'application/vnd.oci.image.manifest.v1+json', digest: digestOf('signature'), size: 9 };

/** A repository whose registry answers each request in turn. */
function played(...answers: { status: number; headers?: Record<string, string>; body: string }[]) {
	const sent: HttpRequest[] = [];
	const context = {
		send: async (request: HttpRequest) => {
			sent.push(request);
			const { status, headers = {}, body } = answers[sent.length - 1] ?? { status: 500, body: '' };
			return { status, headers, body: Readable.from([Buffer.from(body)]) };
		},
		clock: { now: () => 0, sleep: async () => undefined },
		random: () => 0,
	};
	const client = createRegistryClient(
		{ host: 'registry.example', credentials: async () => undefined, preemptive: false },
		context,
	);
	return { repository: createOciRepository(client, 'app', context), sent };
}

const page = (...manifests: object[]): string => JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests });

describe('the referrers of an image', () => {
	it('are those of all pages, however the registry writes the address of the next', async () => {
		const other = { ...REFERRER, digest: digestOf('sbom') };
		const last = { ...REFERRER, digest: digestOf('attestation') };
		const { repository, sent } = played(
			{ status: 200, headers: { link: '<?last=1>; rel="next"' }, body: page(REFERRER) },
			{ status: 200, headers: { link: '<http://registry.example/v2/app/next>; rel="next"' }, body: page(other) },
			{ status: 200, body: page(last) },
		);
		expect(await repository.referrers(SUBJECT)).toEqual([REFERRER, other, last]);
		expect(sent.map(({ url }) => url.href)).toEqual([
			`https://registry.example/v2/app/referrers/${SUBJECT}`,
			`https://registry.example/v2/app/referrers/${SUBJECT}?last=1`,
			'https://registry.example/v2/app/next',
		]);
	});

	it.each([
		['an entry whose digest cannot be checked', page(REFERRER, { ...REFERRER, digest: 'sha512:00' })],
		['no index', '{"errors":[]}'],
		['a page for people', '<html>Welcome</html>'],
	])('are not taken to be fewer when the answer holds %s', async (_what, body) => {
		const { repository } = played({ status: 200, body });
		await expect(repository.referrers(SUBJECT)).rejects.toThrow(`Could not list the referrers of ${SUBJECT}`);
	});
});
