import { Readable } from 'node:stream';
import { type Digest, digestOf } from '@ecr-pipeline/core';
import {
	type Descriptor,
	describeReferrer,
	type ImageRepository,
	type Manifest,
	manifestFromBytes,
	mergeFallback,
	OCI_MANIFEST,
} from '@ecr-pipeline/registry';

/** The artifact type of an in-toto statement that is attached to an image. */
export const STATEMENT_TYPE = 'application/vnd.in-toto+json';
export const PREDICATE_ANNOTATION = 'in-toto.io/predicate-type';
export const CREATED_ANNOTATION = 'org.opencontainers.image.created';
// OCI image-spec 1.1, manifest.md, "Guidance for an Empty Descriptor".
const EMPTY = { mediaType: 'application/vnd.oci.empty.v1+json', bytes: Buffer.from('{}') };

/** An in-toto statement about an image. */
export interface AttachedStatement {
	/** The statement; its bytes are pushed as they are. */
	readonly text: string;
	readonly predicateType: string;
	/** Milliseconds since 1970. */
	readonly created: number;
}

/**
 * Pushes an in-toto statement as an OCI 1.1 referrer of an image. The same statement gives the same referrer.
 * @returns the digest of the referrer
 */
export async function attachStatement(
	target: ImageRepository,
	subject: Manifest,
	{ text, predicateType, created }: AttachedStatement,
): Promise<Digest> {
	const config = await putBytes(target, EMPTY.mediaType, EMPTY.bytes);
	const layer = await putBytes(target, STATEMENT_TYPE, Buffer.from(text));
	const manifest = manifestFromBytes(
		Buffer.from(
			JSON.stringify({
				schemaVersion: 2,
				mediaType: OCI_MANIFEST,
				artifactType: STATEMENT_TYPE,
				config,
				layers: [layer],
				subject: { mediaType: subject.mediaType, digest: subject.digest, size: subject.bytes.length },
				annotations: {
					[PREDICATE_ANNOTATION]: predicateType,
					[CREATED_ANNOTATION]: new Date(created).toISOString(),
				},
			}),
		),
		OCI_MANIFEST,
	);
	await target.putManifest(manifest);
	// Asked of the new referrer, which has none itself: the answer is short.
	if ((await target.referrers(manifest.digest)) === undefined)
		await mergeFallback(target, subject.digest, [describeReferrer(manifest)]);
	return manifest.digest;
}

async function putBytes(target: ImageRepository, mediaType: string, bytes: Buffer): Promise<Descriptor> {
	const blob = { mediaType, digest: digestOf(bytes), size: bytes.length };
	if (!(await target.presentBlobs([blob.digest])).has(blob.digest))
		await target.putBlob(blob, {
			expectUpload: true,
			source: 'this statement',
			locate: async () => async () => Readable.from([bytes]),
		});
	return blob;
}
