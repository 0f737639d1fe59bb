import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { ECRClient } from '@aws-sdk/client-ecr';
import { type Context, createContext, createRunner, digestOf } from '@ecr-pipeline/core';
import type { RegistryClient } from '@ecr-pipeline/registry';
import { describe, expect, it } from '@jest/globals';
import { createEcrRepository } from './ecr-repository.ts';
import { ecrLimits } from './rate.ts';

const BLOB = { mediaType: 'application/octet-stream', digest: digestOf('layer'), size: 5 };
const HOST = '111111111111.dkr.ecr.eu-central-1.amazonaws.com';

/** A repository whose API answers by the name of the command, and whose storage by the address. */
function played(api: (command: string) => object, stored: (url: URL) => { status: number; body: string }) {
	const context: Context = {
		...createContext(createRunner({}, () => undefined)),
		send: async ({ url }) => {
			const { status, body } = stored(url);
			return { status, headers: {}, body: Readable.from([Buffer.from(body)]) };
		},
	};
	const client = {
		send: async (command: object) => api(command.constructor.name),
	} as unknown as ECRClient;
	const data = { host: HOST } as RegistryClient;
	const [accountId, region] = ['111111111111', 'eu-central-1'];
	const limits = ecrLimits(accountId, region, context.clock);
	return createEcrRepository({ client, data, accountId, region, limits }, 'team/app', context);
}

const nothingStored = () => ({ status: 404, body: '' });

describe('the address of a layer', () => {
	const EXPIRED = { status: 403, body: '<Code>AccessDenied</Code><Message>Request has expired</Message>' };

	it('is asked for anew when it is over by the time the layer is read', async () => {
		let given = 0;
		const repository = played(
			() => {
				given += 1;
				return { downloadUrl: `https://storage.example/${given}` };
			},
			({ pathname }) => (pathname === '/1' ? EXPIRED : { status: 200, body: 'layer' }),
		);
		const open = await repository.locateBlob(BLOB);
		expect((await buffer(await open())).toString()).toBe('layer');
		expect(given).toBe(2);
	});

	it('is asked for anew once: what is refused twice is an error that names the layer', async () => {
		let given = 0;
		const repository = played(
			() => {
				given += 1;
				return { downloadUrl: `https://storage.example/${given}` };
			},
			() => EXPIRED,
		);
		const open = await repository.locateBlob(BLOB);
		await expect(open()).rejects.toThrow(`Could not get the layer ${BLOB.digest} of ${HOST}/team/app`);
		expect(given).toBe(2);
	});
});

describe('the referrers of an image', () => {
	it.each([{ digest: 'sha512:00', mediaType: 'x' }, { digest: digestOf('signature') }, { mediaType: 'x' }])(
		'are not taken to be fewer when ECR lists %j',
		async (referrer) => {
			const repository = played(() => ({ referrers: [referrer] }), nothingStored);
			await expect(repository.referrers(digestOf('image'))).rejects.toThrow(
				`Could not list the referrers of ${digestOf('image')}`,
			);
		},
	);
});

describe('an image that ECR says nothing about', () => {
	it('is not taken for absent', async () => {
		const repository = played(() => ({ images: [], failures: [] }), nothingStored);
		await expect(repository.manifests(['v1'])).rejects.toThrow('did not say whether v1 is there');
	});

	it('is absent when ECR says so', async () => {
		const failures = [{ imageId: { imageTag: 'v1' }, failureCode: 'ImageNotFound' }];
		const repository = played(() => ({ images: [], failures }), nothingStored);
		expect(await repository.manifests(['v1'])).toEqual(new Map());
	});
});
