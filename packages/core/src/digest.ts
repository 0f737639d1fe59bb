import { createHash } from 'node:crypto';

/** A content digest as OCI writes it. Only sha256 is accepted: ECR stores nothing else. */
export type Digest = `sha256:${string}`;

const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** Tells whether the text is a whole, lower-case sha256 digest (OCI image-spec, descriptor.md, "Digests"). */
export function isDigest(text: string): text is Digest {
	return DIGEST.test(text);
}

/** The digest of these bytes. */
export function digestOf(bytes: Uint8Array | string): Digest {
	return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** The first twelve hex digits: enough for a person to tell two digests apart. */
export function shortDigest(digest: string): string {
	return digest.replace(/^sha256:/, '').slice(0, 12);
}
