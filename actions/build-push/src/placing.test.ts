import { type Context, PipelineError } from '@ecr-pipeline/core';
import { type ImageRepository, type Manifest, manifestFromBytes, OCI_INDEX } from '@ecr-pipeline/registry';
import { describe, expect, it } from '@jest/globals';
import { confirmed } from './confirm.ts';
import { placeTags } from './placing.ts';

const image = manifestFromBytes(Buffer.from('{"schemaVersion":2,"manifests":[]}'), OCI_INDEX);

/** A repository that knows an image only after it was asked so often, and refuses some tags. */
function repository(blindFor: number, refusals: Readonly<Record<string, PipelineError>> = {}) {
	let asked = 0;
	const put: string[] = [];
	const fake: Pick<ImageRepository, 'name' | 'manifests' | 'putManifest'> = {
		name: 'registry.example/app',
		manifests: async () => {
			asked += 1;
			return new Map<string, Manifest>(asked > blindFor ? [[image.digest, image]] : []);
		},
		putManifest: async (_manifest, tag = '') => {
			const refusal = refusals[tag];
			if (refusal !== undefined) throw refusal;
			put.push(tag);
		},
	};
	return { repository: fake as ImageRepository, put, asked: () => asked };
}

const context = { clock: { now: () => 0, sleep: async () => undefined }, random: () => 0.5 } as unknown as Context;

describe('the digest of a push', () => {
	it('is asked for again while the registry does not know it yet', async () => {
		const fake = repository(3);
		expect(await confirmed(fake.repository, image.digest, context)).toBe(image);
		expect(fake.asked()).toBe(4);
	});

	it('is not believed when the registry never knows it', async () => {
		await expect(confirmed(repository(99).repository, image.digest, context)).rejects.toThrow(/does not have it/);
	});
});

describe('a tag that the registry refuses', () => {
	const place = (error: PipelineError) => {
		const fake = repository(0, { b: error });
		const destination = { repository: fake.repository, immutable: () => false };
		return placeTags(['a', 'b', 'c'], image, new Map(), 'verify', destination).then((placed) => ({
			...placed,
			put: fake.put,
		}));
	};

	it('is returned, with the tags that were set before it, and no further tag is tried', async () => {
		const denied = new PipelineError({ code: 'access-denied', attempted: 'no' });
		const { tags, failure, put } = await place(denied);
		expect(failure).toBe(denied);
		expect(tags.map(({ tag, outcome }) => [tag, outcome])).toEqual([['a', 'created']]);
		expect(put).toEqual(['a']);
	});

	it('is a conflict when somebody else was faster', async () => {
		const { tags } = await place(new PipelineError({ code: 'conflict', attempted: 'there is another' }));
		expect(tags.map(({ tag, outcome }) => [tag, outcome])).toEqual([
			['a', 'created'],
			['b', 'conflict'],
		]);
	});
});
