// Writes layout/: the image of the Dockerfile for linux/amd64 and linux/arm64 as an OCI image layout. The same bytes on
// every machine: no clock, no owner, and gzip without compression, since two versions of zlib may compress differently.
//
//   node make-layout.mjs [directory]
import { createHash } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { helloBinary } from './make-binary.mjs';

const ARCHITECTURES = ['amd64', 'arm64'];
const OCI = 'application/vnd.oci.image';

/** A tar with one file, as POSIX.1-1988 (ustar) has it. */
function tar(name, content, mode) {
	const header = Buffer.alloc(512);
	const octal = (value, offset, length) => header.write(`${value.toString(8).padStart(length - 1, '0')}\0`, offset);
	header.write(name, 0);
	octal(mode, 100, 8);
	octal(0, 108, 8); // owner
	octal(0, 116, 8); // group
	octal(content.length, 124, 12);
	octal(0, 136, 12); // time
	header.write(' '.repeat(8), 148);
	header.write('0', 156);
	header.write('ustar\x0000', 257);
	const sum = header.reduce((total, byte) => total + byte, 0);
	header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
	const padding = Buffer.alloc((512 - (content.length % 512)) % 512);
	return Buffer.concat([header, content, padding, Buffer.alloc(1024)]);
}

/** gzip with stored blocks (RFC 1952, RFC 1951 section 3.2.4). */
function gzip(content) {
	const header = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
	const blocks = [];
	for (let start = 0; start < content.length; start += 0xffff) {
		const block = content.subarray(start, start + 0xffff);
		const head = Buffer.alloc(5);
		head[0] = start + block.length === content.length ? 1 : 0;
		head.writeUInt16LE(block.length, 1);
		head.writeUInt16LE(0xffff - block.length, 3);
		blocks.push(head, block);
	}
	const trailer = Buffer.alloc(8);
	trailer.writeUInt32LE(crc32(content), 0);
	trailer.writeUInt32LE(content.length, 4);
	return Buffer.concat([header, ...blocks, trailer]);
}

function crc32(bytes) {
	let crc = 0xffffffff;
	for (const byte of bytes) {
		crc ^= byte;
		for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
	}
	return (crc ^ 0xffffffff) >>> 0;
}

const [, , directory] = process.argv;
const layout = directory === undefined ? new URL('layout/', import.meta.url) : pathToFileURL(`${resolve(directory)}/`);
const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

function putBlob(bytes, mediaType) {
	const digest = sha256(bytes);
	writeFileSync(new URL(`blobs/sha256/${digest}`, layout), bytes);
	return { mediaType, digest: `sha256:${digest}`, size: bytes.length };
}

const putJson = (value, mediaType) => putBlob(Buffer.from(JSON.stringify(value)), mediaType);

function putImage(architecture) {
	const files = tar('hello', helloBinary(architecture), 0o755);
	const layer = putBlob(gzip(files), `${OCI}.layer.v1.tar+gzip`);
	const config = putJson(
		{
			architecture,
			os: 'linux',
			created: '1970-01-01T00:00:00Z',
			config: { Entrypoint: ['/hello'] },
			rootfs: { type: 'layers', diff_ids: [`sha256:${sha256(files)}`] },
			history: [{ created: '1970-01-01T00:00:00Z', created_by: 'COPY hello /hello' }],
		},
		`${OCI}.config.v1+json`,
	);
	const mediaType = `${OCI}.manifest.v1+json`;
	const manifest = putJson({ schemaVersion: 2, mediaType, config, layers: [layer] }, mediaType);
	return { ...manifest, platform: { architecture, os: 'linux' } };
}

rmSync(layout, { recursive: true, force: true });
mkdirSync(new URL('blobs/sha256/', layout), { recursive: true });
const mediaType = `${OCI}.index.v1+json`;
const index = putJson({ schemaVersion: 2, mediaType, manifests: ARCHITECTURES.map(putImage) }, mediaType);
writeFileSync(new URL('oci-layout', layout), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
writeFileSync(new URL('index.json', layout), JSON.stringify({ schemaVersion: 2, mediaType, manifests: [index] }));
process.stdout.write(`${index.digest}\n`);
