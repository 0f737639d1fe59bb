import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const CONFIG = 'application/vnd.oci.image.config.v1+json';
const LAYER = 'application/vnd.oci.image.layer.v1.tar';
const INDEX = 'application/vnd.oci.image.index.v1+json';

/** An image of two platforms, half of whose layers are shared. @returns {{directory, digest, blobs}} an OCI layout */
export function makeImage(directory, layers, layerSize) {
	const layout = createLayout(directory);
	const layer = () => layout.put(randomBytes(layerSize), LAYER);
	const shared = Array.from({ length: layers / 2 }, layer);
	const manifests = ['amd64', 'arm64'].map((architecture) => {
		const own = Array.from({ length: layers / 2 }, layer);
		const manifest = layout.manifest(architecture, [...shared, ...own]);
		return { ...manifest, platform: { os: 'linux', architecture } };
	});
	const digest = layout.finish(layout.put(json({ schemaVersion: 2, mediaType: INDEX, manifests }), INDEX));
	return { directory, digest, blobs: layers / 2 + layers + 2 };
}

/** An image of one platform with large layers, in files that take no room on the disk. */
export async function makeSparseImage(directory, layers, layerSize) {
	const layout = createLayout(directory);
	const made = [];
	for (let number = 0; number < layers; number += 1) made.push(await layout.sparse(`layer ${number}`, layerSize));
	return { directory, digest: layout.finish(layout.manifest('amd64', made)), bytes: layers * layerSize };
}

function createLayout(directory) {
	const folder = join(directory, 'blobs', 'sha256');
	mkdirSync(folder, { recursive: true });
	const put = (bytes, mediaType) => {
		const hex = createHash('sha256').update(bytes).digest('hex');
		writeFileSync(join(folder, hex), bytes);
		return { mediaType, digest: `sha256:${hex}`, size: bytes.length };
	};
	return {
		put,
		async sparse(start, size) {
			const path = join(directory, 'sparse');
			writeFileSync(path, start);
			truncateSync(path, size);
			const hash = createHash('sha256');
			await pipeline(createReadStream(path, { highWaterMark: 1024 * 1024 }), hash);
			const hex = hash.digest('hex');
			await rename(path, join(folder, hex));
			return { mediaType: LAYER, digest: `sha256:${hex}`, size };
		},
		manifest(architecture, layers) {
			const config = put(json({ architecture, os: 'linux', rootfs: { type: 'layers', diff_ids: [] } }), CONFIG);
			return put(json({ schemaVersion: 2, mediaType: MANIFEST, config, layers }), MANIFEST);
		},
		finish(root) {
			writeFileSync(join(directory, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
			writeFileSync(join(directory, 'index.json'), json({ schemaVersion: 2, manifests: [root] }));
			return root.digest;
		},
	};
}

const json = (value) => Buffer.from(JSON.stringify(value));
