import { describe, expect, it } from '@jest/globals';
import { copyBelow, describeProgress, startCopies } from './copy.ts';
import { readGraph } from './graph.ts';
import type { Descriptor } from './manifest.ts';
import { openOciLayout } from './oci-layout.ts';
import type { BlobOffer } from './repository.ts';
import { memoryRepository, sampleImage, writeLayout } from './testing.ts';

async function source() {
	const image = sampleImage();
	return { image, layout: await openOciLayout(await writeLayout(image), '/nowhere') };
}

describe('copyBelow', () => {
	it('makes every blob and child be there, so that the root can follow with its digest unchanged', async () => {
		const { image, layout } = await source();
		const target = memoryRepository();
		const counts = await copyBelow(layout, layout.root, target, { concurrency: 4 });
		await target.putManifest(layout.root, 'v1');
		expect(target.stored.get('v1')?.bytes.equals(image.root.bytes)).toBe(true);
		for (const [digest, bytes] of image.blobs) expect(target.blobs.get(digest)?.equals(bytes)).toBe(true);
		const total = [...image.blobs.values()].reduce((sum, bytes) => sum + bytes.length, 0);
		expect(counts).toEqual({ bytesCopied: total, blobsCopied: 5, blobsMounted: 0, blobsSkipped: 0 });
	});

	it('copies a blob that platforms share once, and the largest first', async () => {
		const { layout } = await source();
		const target = memoryRepository();
		await copyBelow(layout, layout.root, target, { concurrency: 1 });
		const sizes = target.journal.filter((line) => line.startsWith('blob')).map((line) => Number(line.slice(5)));
		expect(sizes).toHaveLength(5);
		expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
	});

	it('skips what is there and counts what was mounted', async () => {
		const { image, layout } = await source();
		const [first, second] = [...image.blobs.keys()];
		const target = memoryRepository({ mountable: new Set(second === undefined ? [] : [second]) });
		if (first !== undefined) target.blobs.set(first, image.blobs.get(first) ?? Buffer.alloc(0));
		const graph = await readGraph(layout, layout.root);
		const [copied] = await startCopies([{ source: layout, graph, target, mountFrom: 'other' }], { concurrency: 4 });
		const counts = await copied;
		expect(counts).toMatchObject({ blobsSkipped: 1, blobsMounted: 1, blobsCopied: 3 });
	});

	it('does not copy an image with a hole in it', async () => {
		const { layout } = await source();
		const holed = { ...layout, manifests: async () => new Map() };
		await expect(copyBelow(holed, layout.root, memoryRepository(), { concurrency: 4 })).rejects.toThrow(
			'incomplete there',
		);
	});
});

describe('startCopies', () => {
	it('reads each blob once for several targets', async () => {
		const { image, layout } = await source();
		let opened = 0;
		const counting = {
			...layout,
			locateBlob: async (blob: Descriptor) => {
				const open = await layout.locateBlob(blob);
				return async () => {
					opened += 1;
					return open();
				};
			},
		};
		const targets = [memoryRepository({ name: 'one/app' }), memoryRepository({ name: 'two/app' })];
		const graph = await readGraph(counting, layout.root);
		const copied = await startCopies(
			targets.map((target) => ({ source: counting, graph, target })),
			{ concurrency: 2 },
		);
		const counts = await Promise.all(copied);
		expect(opened).toBe(image.blobs.size);
		expect(counts.map(({ blobsCopied }) => blobsCopied)).toEqual([5, 5]);
		for (const target of targets)
			for (const [digest, bytes] of image.blobs) expect(target.blobs.get(digest)?.equals(bytes)).toBe(true);
	});

	it('brings a blob that two images share to a repository once, and counts it as skipped for the other', async () => {
		const { layout } = await source();
		const target = memoryRepository();
		const graph = await readGraph(layout, layout.root);
		const [first, second] = await Promise.all(
			await startCopies(
				[
					{ source: layout, graph, target },
					{ source: layout, graph, target },
				],
				{ concurrency: 4 },
			),
		);
		expect(target.journal.filter((line) => line.startsWith('blob'))).toHaveLength(5);
		expect(first).toMatchObject({ blobsCopied: 5, blobsSkipped: 0 });
		expect(second).toMatchObject({ blobsCopied: 0, blobsSkipped: 5 });
	});
});

describe('the progress of a copy', () => {
	it('counts the bytes of a blob that starts anew once, and none of a blob that is mounted', async () => {
		const { image, layout } = await source();
		const graph = await readGraph(layout, layout.root);
		const [largest, mounted] = graph.blobs;
		const target = memoryRepository({ mountable: new Set(mounted === undefined ? [] : [mounted.digest]) });
		const broken = {
			...target,
			putBlob: async (blob: Descriptor, offer: BlobOffer) => {
				const pass = async (): Promise<void> => {
					for await (const chunk of await (await offer.locate())()) offer.onBytes?.((chunk as Buffer).length);
				};
				if (blob.digest === mounted?.digest) return target.putBlob(blob, offer);
				if (blob.digest === largest?.digest) await pass();
				await pass();
				target.blobs.set(blob.digest, Buffer.alloc(0));
				return 'uploaded' as const;
			},
		};
		let last: unknown;
		const onProgress = (progress: unknown): void => {
			last = progress;
		};
		const copy = { source: layout, graph, target: broken, mountFrom: 'other' };
		await Promise.all(await startCopies([copy], { concurrency: 4, onProgress }));
		const streamed = [...image.blobs.values()].reduce((sum, { length }) => sum + length, 0) - (mounted?.size ?? 0);
		expect(last).toEqual({ blobs: 5, totalBlobs: 5, bytes: streamed, totalBytes: streamed });
	});
});

describe('a copy that fails', () => {
	it('stops no other, and puts no manifest on top of a blob that is missing', async () => {
		const { layout } = await source();
		const graph = await readGraph(layout, layout.root);
		const broken = memoryRepository({ name: 'broken/app' });
		const failing = {
			...broken,
			putBlob: async (blob: Descriptor, offer: BlobOffer) => {
				if (blob.digest === graph.blobs[2]?.digest) throw new Error('no room');
				return broken.putBlob(blob, offer);
			},
		};
		const whole = memoryRepository({ name: 'whole/app' });
		const copies = [failing, whole].map((target) => ({ source: layout, graph, target }));
		const outcomes = await Promise.allSettled(await startCopies(copies, { concurrency: 4 }));
		expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
		expect(broken.stored.size).toBe(0);
		expect(whole.stored.size).toBe(2);
	});
});

describe('describeProgress', () => {
	it('says done of total and the rate', () => {
		const progress = { blobs: 3, totalBlobs: 17, bytes: 1024 * 1024 * 1024, totalBytes: 4 * 1024 * 1024 * 1024 };
		expect(describeProgress(progress, 10_000)).toBe('3 of 17 blobs, 1.0 GiB of 4.0 GiB, 102.4 MiB/s');
	});
});
