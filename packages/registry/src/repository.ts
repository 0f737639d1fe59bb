import { type Digest, readBody } from '@ecr-pipeline/core';
import type { Descriptor, Manifest } from './manifest.ts';

/** Where images are read from: a repository of a registry, or an OCI layout on disk. */
export interface ImageSource {
	/** For people: `registry/repository`, or a path. */
	readonly name: string;
	/** Manifests by digest or tag. What is not there is not in the map; every other trouble is an error. */
	manifests(references: readonly string[]): Promise<ReadonlyMap<string, Manifest>>;
	/**
	 * Finds where the bytes of a blob are; the answer opens them, not yet checked against the digest. What can be asked
	 * ahead is asked here, so that a blob that waits for its turn holds no connection.
	 */
	locateBlob(blob: Descriptor): Promise<OpenBlob>;
}

/** Opens the bytes of a blob that has been located. A chunk may be overwritten when the next one is asked for. */
export type OpenBlob = () => Promise<AsyncIterable<Buffer>>;

/** Reads a whole blob, not yet checked against its digest. More than `limit` bytes are an error. */
export async function readBlob(source: ImageSource, blob: Descriptor, limit?: number): Promise<Buffer> {
	const open = await source.locateBlob(blob);
	return readBody(await open(), limit);
}

export interface BlobOffer {
	/** Where the bytes come from, for people. */
	readonly source: string;
	/** A repository of the same registry that has the blob, to mount it from. */
	readonly mountFrom?: string;
	/** The bytes will be needed: they may be located while the upload is being started. */
	readonly expectUpload: boolean;
	/** Locates the bytes; called again when the upload has to start anew. */
	readonly locate: () => Promise<OpenBlob>;
	/** Called with the number of bytes as they pass, for the progress line. */
	readonly onBytes?: (count: number) => void;
}

/** A repository that images can be put into. Back ends: plain OCI distribution (here) and ECR (package ecr). */
export interface ImageRepository extends ImageSource {
	readonly registry: string;
	readonly repository: string;
	/** Those of the digests that are there. */
	presentBlobs(digests: readonly Digest[]): Promise<ReadonlySet<Digest>>;
	/** Makes a blob be there; bytes other than its digest are refused. */
	putBlob(blob: Descriptor, offer: BlobOffer): Promise<'mounted' | 'uploaded'>;
	/** Puts exactly these bytes, under the tag if one is given; a registry that says it stored another digest is an error. */
	putManifest(manifest: Manifest, tag?: string): Promise<void>;
	/** All manifests whose `subject` is this digest; undefined where the registry has no referrers API. */
	referrers(subject: Digest): Promise<readonly Descriptor[] | undefined>;
}
