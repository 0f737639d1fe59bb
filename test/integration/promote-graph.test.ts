import { createAgents, createHttpSend, type Digest, digestOf } from '@ecr-pipeline/core';
import { fallbackTag, type ImageRepository, type Manifest, parseManifest, readBlob } from '@ecr-pipeline/registry';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { HAS_PLAIN_REGISTRY, type PlainRegistry, startPlainRegistry } from './plain-registry.ts';
import {
	BUILD,
	describeManifest,
	manifestOf,
	PRODUCTION,
	platformImage,
	push,
	referrerOf,
	startWorld,
	type TestImage,
	type World,
} from './promote-world.ts';

// The same graphs in every run; FAST_CHECK_SEED takes others.
const SEED = Number(process.env.FAST_CHECK_SEED ?? 20261125);
const RUNS = 10;

interface Layer {
	/** Which of the blobs of the graph. */
	readonly blob: number;
	/** A foreign layer is named by the manifest; whether the source holds it differs. */
	readonly kind: 'plain' | 'foreign' | 'held foreign';
}
interface ImageNode {
	readonly kind: 'image';
	readonly format: 'oci' | 'docker' | 'artifact';
	readonly config: number;
	readonly layers: readonly Layer[];
}
interface IndexNode {
	readonly kind: 'index';
	readonly format: 'oci' | 'docker';
	readonly children: readonly GraphNode[];
}
type GraphNode = ImageNode | IndexNode;

const BLOBS = 6;
const blobNumber = fc.integer({ min: 0, max: BLOBS - 1 });
const imageNode: fc.Arbitrary<ImageNode> = fc.record({
	kind: fc.constant('image' as const),
	format: fc.constantFrom('oci' as const, 'docker' as const, 'artifact' as const),
	config: blobNumber,
	layers: fc.array(
		fc.record({
			blob: blobNumber,
			kind: fc.constantFrom('plain' as const, 'plain' as const, 'foreign' as const, 'held foreign' as const),
		}),
		{ maxLength: 4 },
	),
});
const graphNode: fc.Arbitrary<GraphNode> = fc.letrec<{ node: GraphNode; index: IndexNode }>((tie) => ({
	node: fc.oneof({ maxDepth: 3, withCrossShrink: true }, imageNode, tie('index')),
	index: fc.record({
		kind: fc.constant('index' as const),
		format: fc.constantFrom('oci' as const, 'docker' as const),
		children: fc.array(tie('node'), { minLength: 1, maxLength: 3 }),
	}),
})).node;
// One of the blobs is empty: `FROM scratch` without files.
const graph = fc.record({
	node: graphNode,
	contents: fc.array(fc.uint8Array({ maxLength: 200 }), { minLength: 1, maxLength: 1 }),
});

const TYPES = {
	oci: {
		manifest: 'application/vnd.oci.image.manifest.v1+json',
		index: 'application/vnd.oci.image.index.v1+json',
		config: 'application/vnd.oci.image.config.v1+json',
		layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
		foreign: 'application/vnd.oci.image.layer.nondistributable.v1.tar+gzip',
	},
	docker: {
		manifest: 'application/vnd.docker.distribution.manifest.v2+json',
		index: 'application/vnd.docker.distribution.manifest.list.v2+json',
		config: 'application/vnd.docker.container.image.v1+json',
		layer: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
		foreign: 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip',
	},
} as const;

/** An image of a graph with real bytes. */
interface Made extends TestImage {
	/** Foreign layers that its source does not hold. */
	readonly elsewhere: ReadonlySet<Digest>;
	/** Layers that are foreign wherever they are named, and that its source holds all the same. */
	readonly heldForeign: ReadonlySet<Digest>;
}

function make({ node, contents: [salt = new Uint8Array()] }: { node: GraphNode; contents: Uint8Array[] }): Made {
	const pool = Array.from({ length: BLOBS }, (_, number) =>
		number === 0 ? Buffer.alloc(0) : Buffer.concat([Buffer.from(`blob ${number} `), salt]),
	);
	const blobs = new Map<Digest, Buffer>();
	const elsewhere = new Set<Digest>();
	const plain = new Set<Digest>();
	const manifests = new Map<Digest, Manifest>();
	const describe = (number: number, mediaType: string, { held = true, foreign = false } = {}): object => {
		const bytes = pool[number] ?? Buffer.alloc(0);
		// A foreign layer that is held nowhere is another one than the same bytes as a plain layer.
		const content = held ? bytes : Buffer.concat([Buffer.from('elsewhere '), bytes]);
		const digest = digestOf(content);
		if (held) blobs.set(digest, content);
		else elsewhere.add(digest);
		if (held && !foreign) plain.add(digest);
		const urls = foreign ? { urls: [`https://example.com/${digest}`] } : {};
		return { mediaType, digest, size: content.length, ...urls };
	};
	const visit = (one: GraphNode): Manifest => {
		const types = TYPES[one.format === 'docker' ? 'docker' : 'oci'];
		const made =
			one.kind === 'index'
				? manifestOf({
						schemaVersion: 2,
						mediaType: types.index,
						manifests: one.children.map((child) =>
							describeManifest(visit(child), { platform: { os: 'linux', architecture: 'amd64' } }),
						),
					})
				: manifestOf({
						schemaVersion: 2,
						mediaType: types.manifest,
						...(one.format === 'artifact' ? { artifactType: 'application/vnd.example.thing' } : {}),
						config: describe(
							one.config,
							one.format === 'artifact' ? 'application/vnd.oci.empty.v1+json' : types.config,
						),
						layers: one.layers.map(({ blob, kind }) =>
							kind === 'plain'
								? describe(blob, one.format === 'artifact' ? 'application/vnd.example.data' : types.layer)
								: describe(blob, types.foreign, { held: kind === 'held foreign', foreign: true }),
						),
					});
		manifests.set(made.digest, made);
		return made;
	};
	const root = visit(node);
	return {
		root,
		manifests: [...manifests.values()],
		blobs,
		elsewhere,
		heldForeign: new Set([...blobs.keys()].filter((digest) => !plain.has(digest))),
	};
}

async function expectSame(target: ImageRepository, image: Made, tag: string): Promise<void> {
	const digests = image.manifests.map(({ digest }) => digest);
	const held = await target.manifests([...digests, tag]);
	for (const { digest, bytes, mediaType } of image.manifests) {
		expect(held.get(digest)?.bytes.equals(bytes)).toBe(true);
		expect(held.get(digest)?.mediaType).toBe(mediaType);
	}
	expect(held.get(tag)?.digest).toBe(image.root.digest);
	for (const [digest, bytes] of image.blobs) {
		if (image.heldForeign.has(digest)) continue;
		const held = await readBlob(target, { mediaType: '', digest, size: bytes.length });
		expect(held.equals(bytes)).toBe(true);
	}
	expect([...(await target.presentBlobs([...image.elsewhere]))]).toEqual([]);
}

let world: World;
let plain: PlainRegistry | undefined;
let count = 0;
const clock = { now: () => Date.now(), sleep: async () => undefined };

beforeAll(async () => {
	world = await startWorld();
	if (HAS_PLAIN_REGISTRY) plain = await startPlainRegistry();
});
afterAll(async () => {
	await plain?.close();
	await world.close();
});

type Kind = 'ECR' | 'ECR of another account' | 'plain OCI';

/** A repository that nothing is in yet. */
async function fresh(kind: Kind): Promise<ImageRepository> {
	count += 1;
	const name = `graph/${count}`;
	if (kind === 'plain OCI') return world.repository(plain?.host ?? '', name);
	await world.create(kind === 'ECR' ? BUILD : PRODUCTION, name);
	return world.repository(kind === 'ECR' ? world.build : world.production, name);
}

const ways = (
	[
		['ECR', 'ECR'],
		['ECR', 'ECR of another account'],
		['plain OCI', 'ECR'],
		['ECR', 'plain OCI'],
		['plain OCI', 'plain OCI'],
	] as const
).map(([from, to]) => ({ from, to }));
const needsPlain = (kinds: readonly Kind[]) => (kinds.includes('plain OCI') && !HAS_PLAIN_REGISTRY ? it.skip : it);

describe('any graph of images', () => {
	for (const { from, to } of ways)
		needsPlain([from, to])(
			`is the same at its destination, byte for byte: from ${from} to ${to}`,
			async () => {
				await fc.assert(
					fc.asyncProperty(graph, async (drawn) => {
						const image = make(drawn);
						const [source, target] = [await fresh(from), await fresh(to)];
						await push(source, image);
						const inputs = { image: `${source.name}@${image.root.digest}`, to: target.name, tags: 'v1' };
						const ran = await world.run(inputs, { context: { clock } });
						expect(ran.error).toBeUndefined();
						await expectSame(target, image, 'v1');
						// ECR has such a layer and does not hand it out; from anywhere else it comes along.
						if (from === 'plain OCI')
							expect((await target.presentBlobs([...image.heldForeign])).size).toBe(image.heldForeign.size);
						const again = await world.run(inputs, { context: { clock } });
						expect(again.outputs).toMatchObject({ changed: false, digest: image.root.digest });
					}),
					{ numRuns: RUNS, seed: SEED },
				);
			},
			120_000,
		);
});

describe('a plain OCI registry', () => {
	/** Every request goes by here, since there is no API whose client sends its own. */
	const counting = async (inputs: Readonly<Record<string, string>>) => {
		const send = createHttpSend(createAgents({}));
		let requests = 0;
		const ran = await world.run(inputs, {
			context: {
				clock,
				send: (request) => {
					requests += 1;
					return send(request);
				},
			},
		});
		expect(ran.error).toBeUndefined();
		return { requests, ran };
	};

	needsPlain(['plain OCI'])('takes at most 5B + 2P + 6 requests when nothing is there, and 3 when all is', async () => {
		const [source, target] = [await fresh('plain OCI'), await fresh('plain OCI')];
		const image = platformImage('counted', ['linux/amd64', 'linux/arm64']);
		await push(source, image);
		const inputs = { image: `${source.name}@${image.root.digest}`, to: target.name, tags: 'v1', referrers: 'false' };
		expect((await counting(inputs)).requests).toBeLessThanOrEqual(5 * image.blobs.size + 2 * 2 + 6);
		expect((await counting(inputs)).requests).toBe(3);
	});

	needsPlain(['plain OCI'])('finds referrers by the fallback tag, since it has no referrers API', async () => {
		const [source, target] = [await fresh('ECR'), await fresh('plain OCI')];
		const image = platformImage('referred', ['linux/amd64']);
		await push(source, image);
		const referrers = [referrerOf(image.root, 'sbom'), referrerOf(image.root, 'signature')];
		for (const referrer of referrers) await push(source, referrer);
		const inputs = { image: `${source.name}@${image.root.digest}`, to: target.name, tags: 'v1' };
		expect((await world.run(inputs, { context: { clock } })).error).toBeUndefined();
		const tag = fallbackTag(image.root.digest);
		const index = (await target.manifests([tag])).get(tag);
		const listed = index === undefined ? undefined : parseManifest(index);
		expect(listed?.kind === 'index' ? listed.manifests.map(({ digest }) => digest).sort() : []).toEqual(
			referrers.map(({ root }) => root.digest).sort(),
		);
		// And from there they go on to the next registry.
		const next = await fresh('ECR of another account');
		const onwards = { image: `${target.name}@${image.root.digest}`, to: next.name, tags: 'v1' };
		expect((await world.run(onwards, { context: { clock } })).error).toBeUndefined();
		expect(await next.referrers(image.root.digest)).toHaveLength(2);
	});

	needsPlain(['plain OCI'])('keeps the record and the verdict that are attached to an image findable', async () => {
		const [source, target] = [await fresh('ECR'), await fresh('plain OCI')];
		const image = platformImage('recorded', ['linux/amd64']);
		await push(source, image);
		const inputs = {
			image: `${source.name}@${image.root.digest}`,
			to: target.name,
			tags: 'v1',
			'attach-record': 'true',
		};
		const ran = await world.run(inputs, { context: { clock } });
		expect(ran.error).toBeUndefined();
		const tag = fallbackTag(image.root.digest);
		const index = (await target.manifests([tag])).get(tag);
		const listed = index === undefined ? undefined : parseManifest(index);
		expect(listed?.kind === 'index' ? listed.manifests.map(({ digest }) => digest) : []).toEqual([
			ran.images[0]?.record,
		]);
	});
});

describe('a source that serves other bytes than its digest says', () => {
	it.each([
		['a layer', 'storage:GetLayer'],
		['a manifest', 'ecr:BatchGetImage'],
	])('is refused when it is %s, and nothing is tagged', async (_, operation) => {
		const [source, target] = [await fresh('ECR'), await fresh('ECR of another account')];
		const image = platformImage(`changed ${operation}`, ['linux/amd64']);
		await push(source, image);
		world.ecr.addFaults([{ operation, fault: 'wrong-bytes' }]);
		const ran = await world.run(
			{ image: `${source.name}@${image.root.digest}`, to: target.name, tags: 'v1' },
			{ context: { clock } },
		);
		world.ecr.clearFaults();
		expect(ran.error).toBeDefined();
		expect((await target.manifests(['v1', image.root.digest])).size).toBe(0);
	});
});
