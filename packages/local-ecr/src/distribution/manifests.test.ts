import { PutImageTagMutabilityCommand } from '@aws-sdk/client-ecr';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
	ecrOf,
	indexOf,
	logIn,
	OCI_INDEX,
	OCI_MANIFEST,
	pushBlob,
	pushImage,
	putManifest,
	type Registry,
} from '../../test/support.ts';
import { sha256 } from '../ids.ts';
import { type LocalEcr, startLocalEcr } from '../server/start.ts';

describe('manifests', () => {
	let server: LocalEcr;
	let registry: Registry;
	const put = (repository: string, reference: string, body: string, type = OCI_MANIFEST) =>
		registry.send('PUT', `/v2/${repository}/manifests/${reference}`, { body, headers: { 'content-type': type } });
	const errorsOf = async (answer: ReturnType<typeof put>) =>
		((await answer).json() as { errors: { code: string; message: string }[] }).errors;

	beforeAll(async () => {
		server = await startLocalEcr({ seeds: ['repositories: [app, team/deep/app, sealed, referred, tagged]'] });
		registry = await logIn(server);
	});
	afterAll(() => server.close());

	it('come back byte for byte, by tag and by digest, with their media type', async () => {
		const { digest, manifest } = await pushImage(registry, 'team/deep/app', 'v1');
		for (const reference of ['v1', digest]) {
			const { status, headers, body } = await registry.send('GET', `/v2/team/deep/app/manifests/${reference}`);
			expect(status).toBe(200);
			expect(body.toString()).toBe(manifest);
			expect(headers).toMatchObject({ 'content-type': OCI_MANIFEST, 'docker-content-digest': digest });
			const head = await registry.send('HEAD', `/v2/team/deep/app/manifests/${reference}`);
			expect(head.status).toBe(200);
			expect(head.headers).toMatchObject({
				'content-length': String(manifest.length),
				'docker-content-digest': digest,
			});
		}
	});

	it('keep whitespace and key order: no byte is touched', async () => {
		const { manifest } = await pushImage(registry, 'app', 'plain');
		const spaced = JSON.stringify(JSON.parse(manifest), null, 3).concat('\n');
		await putManifest(registry, 'app', 'spaced', spaced, OCI_MANIFEST);
		expect((await registry.send('GET', '/v2/app/manifests/spaced')).body.toString()).toBe(spaced);
	});

	it('are refused while a layer is missing, and name it', async () => {
		const missing = sha256('nowhere');
		const config = await pushBlob(registry, 'app', '{}');
		const manifest = JSON.stringify({
			schemaVersion: 2,
			mediaType: OCI_MANIFEST,
			config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: config, size: 2 },
			layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar', digest: missing, size: 7 }],
		});
		expect(await errorsOf(put('app', 'incomplete', manifest))).toEqual([
			expect.objectContaining({
				code: 'BLOB_UPLOAD_UNKNOWN',
				message: `Layers with digests '[${missing}]' required for pushing image into repository with name 'app' in the registry with id '111111111111' do not exist`,
			}),
		]);
		expect((await registry.send('GET', '/v2/app/manifests/incomplete')).status).toBe(404);
	});

	it('are refused while a child of an index is missing', async () => {
		const child = { digest: sha256('no child'), manifest: 'x', layer: '' };
		expect(await errorsOf(put('app', 'index', indexOf([child]), OCI_INDEX))).toMatchObject([
			{ code: 'MANIFEST_BLOB_UNKNOWN', message: expect.stringContaining(child.digest) },
		]);
	});

	it('of several platforms are stored as an index of children that were pushed by digest', async () => {
		const amd64 = await pushImage(registry, 'app', '', 'for amd64');
		const arm64 = await pushImage(registry, 'app', '', 'for arm64', { os: 'linux', architecture: 'arm64' });
		const index = indexOf([amd64, arm64]);
		await putManifest(registry, 'app', 'multi', index, OCI_INDEX);
		const { headers, body } = await registry.send('GET', '/v2/app/manifests/multi');
		expect(headers['docker-content-digest']).toBe(sha256(index));
		expect(body.toString()).toBe(index);
	});

	it('are refused under a digest that is not theirs, and when they are no JSON', async () => {
		const { manifest } = await pushImage(registry, 'app', 'v1');
		const wrong = sha256('wrong');
		expect(await errorsOf(put('app', wrong, manifest))).toMatchObject([
			{
				code: 'MANIFEST_INVALID',
				message: `The image with digest '${wrong}' in repository 'app' and registry ID '111111111111' does not match the image digest that Amazon ECR has calculated.`,
			},
		]);
		expect(await errorsOf(put('app', 'v2', '{'))).toMatchObject([
			{
				code: 'UNSUPPORTED',
				message: "Invalid parameter at 'ImageManifest' failed to satisfy constraint: 'Invalid JSON syntax'",
			},
		]);
	});

	it('cannot move an immutable tag, not even to where it is, but those that a filter excludes', async () => {
		const { manifest } = await pushImage(registry, 'sealed', 'v1');
		await pushImage(registry, 'sealed', 'dev-1');
		await ecrOf(server).send(
			new PutImageTagMutabilityCommand({
				repositoryName: 'sealed',
				imageTagMutability: 'IMMUTABLE_WITH_EXCLUSION',
				imageTagMutabilityExclusionFilters: [{ filterType: 'WILDCARD', filter: 'dev-*' }],
			}),
		);
		expect(await errorsOf(put('sealed', 'v1', manifest))).toMatchObject([
			{
				code: 'TAG_INVALID',
				message:
					"The image tag 'v1' already exists in the 'sealed' repository and cannot be overwritten because the tag is immutable.",
			},
		]);
		expect((await put('sealed', 'dev-1', manifest)).status).toBe(201);
		expect((await put('sealed', 'v2', manifest)).status).toBe(201);
	});

	it('are deleted by digest with their tags, and by tag without their digest', async () => {
		const { digest } = await pushImage(registry, 'tagged', 'one', 'to delete');
		await pushImage(registry, 'tagged', 'two', 'to delete');
		const status = async (reference: string) =>
			(await registry.send('HEAD', `/v2/tagged/manifests/${reference}`)).status;

		expect((await registry.send('DELETE', '/v2/tagged/manifests/one')).status).toBe(202);
		expect([await status('one'), await status('two'), await status(digest)]).toEqual([404, 200, 200]);
		expect((await registry.send('DELETE', `/v2/tagged/manifests/${digest}`)).status).toBe(202);
		expect([await status('two'), await status(digest)]).toEqual([404, 404]);
	});

	it('are listed by tag, a page at a time', async () => {
		for (const tag of ['c', 'a', 'b']) await pushImage(registry, 'tagged', tag);
		const first = await registry.send('GET', '/v2/tagged/tags/list?n=2');
		expect(first.json()).toEqual({ name: 'tagged', tags: ['a', 'b'] });
		const next = /<(.+)>; rel="next"/.exec(String(first.headers.link))?.[1] ?? '';
		expect((await registry.send('GET', next)).json()).toEqual({ name: 'tagged', tags: ['c'] });
	});

	it('that refer to another are found through it, by artifact type', async () => {
		const subject = await pushImage(registry, 'referred', 'v1');
		const empty = await pushBlob(registry, 'referred', '{}');
		const referrer = (artifactType: string) =>
			JSON.stringify({
				schemaVersion: 2,
				mediaType: OCI_MANIFEST,
				artifactType,
				config: { mediaType: 'application/vnd.oci.empty.v1+json', digest: empty, size: 2 },
				layers: [{ mediaType: 'application/vnd.oci.empty.v1+json', digest: empty, size: 2 }],
				subject: { mediaType: OCI_MANIFEST, digest: subject.digest, size: subject.manifest.length },
				annotations: { made: 'for a test' },
			});
		const pushed = await putManifest(
			registry,
			'referred',
			sha256(referrer('application/sbom')),
			referrer('application/sbom'),
			OCI_MANIFEST,
		);
		await putManifest(
			registry,
			'referred',
			sha256(referrer('application/signature')),
			referrer('application/signature'),
			OCI_MANIFEST,
		);
		const listed = await registry.send('GET', `/v2/referred/referrers/${subject.digest}`);
		const filtered = await registry.send(
			'GET',
			`/v2/referred/referrers/${subject.digest}?artifactType=application/sbom`,
		);

		expect(pushed.headers['oci-subject']).toBe(subject.digest);
		expect(listed.headers['content-type']).toBe(OCI_INDEX);
		expect((listed.json() as { manifests: unknown[] }).manifests).toHaveLength(2);
		expect(filtered.headers['oci-filters-applied']).toBe('artifactType');
		expect((filtered.json() as { manifests: unknown[] }).manifests).toEqual([
			{
				mediaType: OCI_MANIFEST,
				digest: sha256(referrer('application/sbom')),
				size: referrer('application/sbom').length,
				artifactType: 'application/sbom',
				annotations: { made: 'for a test' },
			},
		]);
		expect((await registry.send('GET', `/v2/referred/referrers/${sha256('none')}`)).json()).toMatchObject({
			manifests: [],
		});
	});
});
