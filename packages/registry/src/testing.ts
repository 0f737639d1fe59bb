import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { type Digest, digestOf } from '@ecr-pipeline/core';
import { type Descriptor, type Manifest, manifestFromBytes } from './manifest.ts';
import { OCI_INDEX, OCI_MANIFEST } from './media-types.ts';
import type { ImageRepository } from './repository.ts';

/** For tests: an image of two platforms that share their first layer, with real bytes. */
export interface SampleImage {
	readonly root: Manifest;
	readonly manifests: readonly Manifest[];
	readonly blobs: ReadonlyMap<Digest, Buffer>;
}

export function sampleImage(): SampleImage {
	const blobs = new Map<Digest, Buffer>();
	const blob = (mediaType: string, text: string): Descriptor => {
		const bytes = Buffer.from(text);
		blobs.set(digestOf(bytes), bytes);
		return { mediaType, digest: digestOf(bytes), size: bytes.length };
	};
	const shared = blob('application/vnd.oci.image.layer.v1.tar', 'shared layer '.repeat(1000));
	const children = ['amd64', 'arm64'].map((architecture) => {
		const config = blob('application/vnd.oci.image.config.v1+json', JSON.stringify({ architecture, os: 'linux' }));
		const own = blob('application/vnd.oci.image.layer.v1.tar', `layer for ${architecture}`);
		const manifest = manifestOf({ schemaVersion: 2, mediaType: OCI_MANIFEST, config, layers: [shared, own] });
		return { manifest, platform: { os: 'linux', architecture } };
	});
	const root = manifestOf({
		schemaVersion: 2,
		mediaType: OCI_INDEX,
		manifests: children.map(({ manifest, platform }) => ({
			mediaType: manifest.mediaType,
			digest: manifest.digest,
			size: manifest.bytes.length,
			platform,
		})),
	});
	return { root, manifests: children.map(({ manifest }) => manifest), blobs };
}

function manifestOf(value: object): Manifest {
	// An odd spacing, so that a copy that serialises anew is found out by the digest.
	return manifestFromBytes(Buffer.from(`${JSON.stringify(value, null, 3)}\n`), undefined);
}

/** Writes the image as an OCI layout and returns its directory. */
export async function writeLayout({ root, manifests, blobs }: SampleImage): Promise<string> {
	const directory = await mkdtemp(join(tmpdir(), 'layout-'));
	const folder = join(directory, 'blobs', 'sha256');
	await mkdir(folder, { recursive: true });
	for (const { digest, bytes } of [root, ...manifests]) await writeFile(join(folder, digest.slice(7)), bytes);
	for (const [digest, bytes] of blobs) await writeFile(join(folder, digest.slice(7)), bytes);
	await writeFile(join(directory, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
	const entry = { mediaType: root.mediaType, digest: root.digest, size: root.bytes.length };
	await writeFile(join(directory, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [entry] }));
	return directory;
}

/** A repository in memory that refuses what a registry refuses, and writes down what it was told. */
export function memoryRepository(options: { name?: string; mountable?: ReadonlySet<Digest> } = {}): ImageRepository & {
	readonly journal: string[];
	readonly stored: Map<string, Manifest>;
	readonly blobs: Map<Digest, Buffer>;
} {
	const stored = new Map<string, Manifest>();
	const blobs = new Map<Digest, Buffer>();
	const journal: string[] = [];
	return {
		name: options.name ?? 'memory/app',
		registry: 'memory',
		repository: 'app',
		stored,
		blobs,
		journal,
		manifests: async (references) =>
			new Map(
				references.flatMap((reference) =>
					stored.has(reference) ? [[reference, stored.get(reference) as Manifest]] : [],
				),
			),
		locateBlob:
			async ({ digest }) =>
			async () =>
				Readable.from([blobs.get(digest) ?? Buffer.alloc(0)]),
		presentBlobs: async (digests) => new Set(digests.filter((digest) => blobs.has(digest))),
		async putBlob(blob, offer) {
			journal.push(`blob ${blob.size}`);
			if (offer.mountFrom !== undefined && options.mountable?.has(blob.digest)) {
				blobs.set(blob.digest, Buffer.alloc(0));
				return 'mounted';
			}
			const chunks: Buffer[] = [];
			for await (const chunk of await (await offer.locate())()) chunks.push(chunk as Buffer);
			blobs.set(blob.digest, Buffer.concat(chunks));
			return 'uploaded';
		},
		async putManifest(manifest, tag) {
			const value = JSON.parse(manifest.bytes.toString()) as {
				manifests?: Descriptor[];
				layers?: Descriptor[];
				config?: Descriptor;
			};
			for (const { digest } of value.manifests ?? [])
				if (!stored.has(digest)) throw new Error(`child ${digest} is missing`);
			for (const { digest } of [...(value.layers ?? []), ...(value.config ? [value.config] : [])]) {
				if (!blobs.has(digest)) throw new Error(`blob ${digest} is missing`);
			}
			journal.push(tag === undefined ? 'manifest' : `tag ${tag}`);
			stored.set(manifest.digest, manifest);
			if (tag !== undefined) stored.set(tag, manifest);
		},
		referrers: async () => [],
	};
}
