import { Readable } from 'node:stream';
import { type Digest, digestOf } from '@ecr-pipeline/core';
import { type ImageSource, type Manifest, manifestFromBytes, OCI_INDEX, OCI_MANIFEST } from '@ecr-pipeline/registry';
import { describe, expect, it } from '@jest/globals';
import { taskPlatform } from './platform.ts';
import { verifyImage } from './verify.ts';

const FARGATE = taskPlatform({ requiresCompatibilities: ['FARGATE'] });
const ARM = taskPlatform({ runtimePlatform: { cpuArchitecture: 'ARM64', operatingSystemFamily: 'LINUX' } });
const WINDOWS = taskPlatform({
	runtimePlatform: { cpuArchitecture: 'X86_64', operatingSystemFamily: 'WINDOWS_SERVER_2019_CORE' },
});

/** A repository of real bytes, in memory. */
function repository() {
	const manifests = new Map<string, Manifest>();
	const blobs = new Map<Digest, Buffer>();
	const put = (value: object, mediaType: string): Manifest => {
		const manifest = manifestFromBytes(Buffer.from(JSON.stringify(value)), mediaType);
		manifests.set(manifest.digest, manifest);
		return manifest;
	};
	const source: ImageSource = {
		name: 'r.example/web',
		manifests: async (references) =>
			new Map(
				references.flatMap((reference) => {
					const found = manifests.get(reference);
					return found === undefined ? [] : [[reference, found] as const];
				}),
			),
		locateBlob:
			async ({ digest }) =>
			async () =>
				Readable.from([blobs.get(digest) ?? Buffer.alloc(0)]),
	};
	return {
		source,
		blobs,
		image(config: object): Manifest {
			const bytes = Buffer.from(JSON.stringify(config));
			blobs.set(digestOf(bytes), bytes);
			const descriptor = {
				mediaType: 'application/vnd.oci.image.config.v1+json',
				digest: digestOf(bytes),
				size: bytes.length,
			};
			return put({ schemaVersion: 2, mediaType: OCI_MANIFEST, config: descriptor, layers: [] }, OCI_MANIFEST);
		},
		index: (entries: readonly object[]): Manifest =>
			put({ schemaVersion: 2, mediaType: OCI_INDEX, manifests: entries }, OCI_INDEX),
	};
}

function entry({ digest, bytes }: Manifest, platform?: object): object {
	return { mediaType: OCI_MANIFEST, digest, size: bytes.length, ...(platform === undefined ? {} : { platform }) };
}

describe('an index', () => {
	it('fits when one of its images does', async () => {
		const { source, image, index } = repository();
		const child = image({ os: 'linux', architecture: 'amd64' });
		const root = index([
			entry(child, { os: 'linux', architecture: 'amd64' }),
			entry(child, { os: 'linux', architecture: 'arm64', variant: 'v8' }),
			entry(child, { os: 'unknown', architecture: 'unknown' }),
		]);
		expect(await verifyImage(source, root.digest, ARM)).toEqual(['linux/amd64', 'linux/arm64/v8']);
	});

	it('is refused when none does, with both sides named', async () => {
		const { source, image, index } = repository();
		const root = index([entry(image({ os: 'linux', architecture: 'arm64' }), { os: 'linux', architecture: 'arm64' })]);
		await expect(verifyImage(source, root.digest, FARGATE)).rejects.toThrow(
			/asks for linux\/amd64, and the image has linux\/arm64/,
		);
	});

	it('without platforms is judged by the configs below it', async () => {
		const { source, image, index } = repository();
		const root = index([entry(image({ os: 'linux', architecture: 'arm64' }))]);
		expect(await verifyImage(source, root.digest, ARM)).toEqual(['linux/arm64']);
	});

	it('for another Windows release is refused', async () => {
		const { source, image, index } = repository();
		const child = image({ os: 'windows', architecture: 'amd64' });
		const of = (version: string) =>
			index([entry(child, { os: 'windows', architecture: 'amd64', 'os.version': version })]).digest;
		await expect(verifyImage(source, of('10.0.20348.2'), WINDOWS)).rejects.toThrow(/10\.0\.17763/);
		expect(await verifyImage(source, of('10.0.17763.5'), WINDOWS)).toEqual(['windows/amd64']);
	});
});

describe('a plain image', () => {
	it('is judged by its config', async () => {
		const { source, image } = repository();
		const { digest } = image({ os: 'linux', architecture: 'amd64' });
		expect(await verifyImage(source, digest, FARGATE)).toEqual(['linux/amd64']);
		await expect(verifyImage(source, digest, ARM)).rejects.toThrow(/asks for linux\/arm64/);
	});

	it('is refused when its config has other bytes than its digest says', async () => {
		const { source, image, blobs } = repository();
		const { digest } = image({ os: 'linux', architecture: 'amd64' });
		for (const key of blobs.keys()) blobs.set(key, Buffer.from('{"os":"linux","architecture":"arm64"}'));
		await expect(verifyImage(source, digest, FARGATE)).rejects.toThrow(/the bytes that came have the digest/);
	});

	it('is refused when it is another artifact', async () => {
		const { source, image } = repository();
		await expect(verifyImage(source, image({}).digest, FARGATE)).rejects.toThrow(/is no container image/);
	});
});

it('refuses a digest that is not there', async () => {
	const { source } = repository();
	await expect(verifyImage(source, digestOf('nothing'), undefined)).rejects.toThrow(
		/is not there\. Push or promote it/,
	);
});

it('asks for no platform where a task on instances names none', () => {
	expect(taskPlatform({ requiresCompatibilities: ['EC2'] })).toBeUndefined();
});
