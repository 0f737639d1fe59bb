import { digestOf } from '@ecr-pipeline/core';
import { fallbackTag, type ImageRepository, type Manifest, manifestFromBytes, OCI_INDEX } from '@ecr-pipeline/registry';
import { expect, it } from '@jest/globals';
import { findEvidence } from './evidence.ts';

const IMAGE = 'application/vnd.oci.image.manifest.v1+json';

function manifest(value: object, mediaType: string): Manifest {
	return manifestFromBytes(Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, ...value })), mediaType);
}

it('finds a signature of a child that the fallback tag of the index lists by mistake too', async () => {
	const [root, child] = [digestOf('root'), digestOf('child')];
	const blob = { mediaType: 'application/octet-stream', digest: digestOf('blob'), size: 4 };
	const subject = { mediaType: IMAGE, digest: child, size: 5 };
	const signature = manifest({ config: blob, layers: [], subject }, IMAGE);
	const entry = { mediaType: IMAGE, digest: signature.digest, size: signature.bytes.length };
	const index = manifest({ manifests: [entry] }, OCI_INDEX);
	const stored = new Map([
		[signature.digest, signature],
		[fallbackTag(root), index],
		[fallbackTag(child), index],
	]);
	const source = {
		referrers: async () => undefined,
		manifests: async (references: readonly string[]) =>
			new Map([...stored].filter(([name]) => references.includes(name))),
	} as unknown as ImageRepository;
	const { evidence } = await findEvidence(source, [root, child]);
	expect(evidence.map(({ digest, subject: of }) => [digest, of])).toEqual([[signature.digest, child]]);
});
