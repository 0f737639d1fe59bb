import { digestOf } from '@ecr-pipeline/core';
import { describe, expect, it } from '@jest/globals';
import { formatPlatform, isPlatformImage, manifestFromBytes, parseManifest } from './manifest.ts';
import { OCI_INDEX } from './media-types.ts';

const bytes = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const descriptor = { mediaType: 'x', digest: digestOf('x'), size: 1 };

describe('manifestFromBytes', () => {
	it('refuses bytes that are not the digest that was asked for', () => {
		expect(() => manifestFromBytes(bytes({}), OCI_INDEX, digestOf('other'))).toThrow('Nothing of it is used.');
	});

	it('takes the media type from the bytes where the answer names none', () => {
		expect(manifestFromBytes(bytes({ manifests: [] }), 'text/plain').mediaType).toBe(OCI_INDEX);
	});

	it('refuses what is no manifest', () => {
		expect(() =>
			manifestFromBytes(bytes({ mediaType: 'application/vnd.docker.distribution.manifest.v1+json' }), undefined),
		).toThrow('media type');
		expect(() => manifestFromBytes(Buffer.from('<html>'), undefined)).toThrow('not a JSON object');
	});
});

describe('parseManifest', () => {
	it('refuses a descriptor without digest or size', () => {
		const manifest = manifestFromBytes(bytes({ mediaType: OCI_INDEX, manifests: [{ mediaType: 'x' }] }), OCI_INDEX);
		expect(() => parseManifest(manifest)).toThrow('is not a descriptor');
	});
});

describe('isPlatformImage', () => {
	it('knows attestations from images', () => {
		expect(isPlatformImage({ ...descriptor, platform: { os: 'linux', architecture: 'amd64' } })).toBe(true);
		expect(isPlatformImage({ ...descriptor, platform: { os: 'unknown', architecture: 'unknown' } })).toBe(false);
		expect(
			isPlatformImage({ ...descriptor, annotations: { 'vnd.docker.reference.type': 'attestation-manifest' } }),
		).toBe(false);
	});
});

it('writes a platform with its variant', () => {
	expect(formatPlatform({ os: 'linux', architecture: 'arm', variant: 'v7' })).toBe('linux/arm/v7');
});
