import {
	BatchGetImageCommand,
	DescribeRepositoriesCommand,
	type ECRClient,
	PutImageCommand,
} from '@aws-sdk/client-ecr';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { send } from '../../test/http.ts';
import {
	clientConfig,
	ecrOf,
	logIn,
	OCI_MANIFEST,
	type PushedImage,
	pushImage,
	type Registry,
} from '../../test/support.ts';
import { sha256 } from '../ids.ts';
import { type LocalEcr, startLocalEcr } from '../server/start.ts';
import type { FaultRule } from './rules.ts';

describe('faults on request', () => {
	let server: LocalEcr;
	let ecr: ECRClient;
	let registry: Registry;
	let image: PushedImage;
	const add = async (...faults: FaultRule[]) => {
		const answer = await send('POST', `${server.url}/_local/faults`, { body: JSON.stringify({ seed: 7, faults }) });
		expect(answer.status).toBe(200);
	};
	const list = () => ecr.send(new DescribeRepositoriesCommand({}));
	const manifest = (reference = image.digest) => registry.send('GET', `/v2/app/manifests/${reference}`);
	const blob = async () => {
		const { headers } = await registry.send('GET', `/v2/app/blobs/${image.layer}`);
		return send('GET', headers.location ?? '');
	};

	beforeEach(async () => {
		server = await startLocalEcr({ seeds: ['repositories: [app]'] });
		ecr = ecrOf(server);
		registry = await logIn(server);
		image = await pushImage(registry, 'app', 'v1', 'x'.repeat(100_000));
	});
	afterEach(() => server.close());

	it('throttles so many calls of one operation, with Retry-After, after so many that pass', async () => {
		await add({ operation: 'ecr:DescribeRepositories', fault: 'throttle', skip: 1, times: 2, retryAfterSeconds: 3 });
		await list();
		await expect(list()).rejects.toMatchObject({ name: 'ThrottlingException', message: 'Rate exceeded' });
		await expect(list()).rejects.toMatchObject({ $metadata: { httpStatusCode: 400 } });
		await list();

		expect(server.requests().filter(({ faults }) => faults !== undefined)).toHaveLength(2);
		expect((await send('GET', `${server.url}/_local/faults`)).json()).toMatchObject([{ seen: 4, struck: 2 }]);
	});

	it('throttles the registry with 429 and storage with 503, and lets STS speak its own XML', async () => {
		await add(
			{ operation: 'v2:GetManifest', fault: 'throttle', retryAfterSeconds: 2 },
			{ operation: 'storage:GetLayer', fault: 'throttle' },
			{ operation: 'sts:*', fault: 'throttle' },
		);
		expect(await manifest()).toMatchObject({ status: 429, headers: { 'retry-after': '2' } });
		expect((await blob()).status).toBe(503);
		const identity = new STSClient(clientConfig(server)).send(new GetCallerIdentityCommand({}));
		await expect(identity).rejects.toMatchObject({ name: 'Throttling' });
	});

	it('answers with a status, or with any exception of the model', async () => {
		await add(
			{ operation: 'v2:PutManifest', fault: 'error', status: 503, times: 1 },
			{ operation: 'ecr:DescribeRepositories', fault: 'error', code: 'KmsException' },
		);
		await expect(pushImage(registry, 'app', 'v2', 'two')).rejects.toThrow('answered 503');
		await pushImage(registry, 'app', 'v2', 'two');
		await expect(list()).rejects.toMatchObject({ name: 'KmsException' });
	});

	it('does no work for a request that it refuses or resets', async () => {
		await add({ operation: 'ecr:PutImage', fault: 'reset', times: 1 });
		const put = () =>
			ecr.send(new PutImageCommand({ repositoryName: 'app', imageManifest: image.manifest, imageTag: 'moved' }));
		await expect(put()).rejects.toThrow('ECONNRESET');
		expect((await manifest('moved')).status).toBe(404);
		await put();
	});

	it('waits before it answers', async () => {
		await add({ operation: '*', fault: 'latency', ms: 300 });
		const started = performance.now();
		await manifest();
		expect(performance.now() - started).toBeGreaterThanOrEqual(295);
	});

	it('ends a body in its middle, of a manifest and of a layer', async () => {
		await add({ operation: 'storage:*', fault: 'truncate' }, { operation: 'v2:GetManifest', fault: 'truncate' });
		await expect(manifest()).rejects.toMatchObject({ code: 'ECONNRESET' });
		await expect(blob()).rejects.toMatchObject({ code: 'ECONNRESET' });
	});

	it('sends a body slowly, and whole', async () => {
		await add({ operation: 'storage:GetLayer', fault: 'slow', bytesPerSecond: 200_000 });
		const started = performance.now();
		const { body } = await blob();
		expect(performance.now() - started).toBeGreaterThan(350);
		expect(sha256(body)).toBe(image.layer);
	});

	it('sends other bytes than were pushed, of the same length', async () => {
		await add({ operation: 'storage:GetLayer', fault: 'wrong-bytes' });
		const { body } = await blob();
		expect(body).toHaveLength(100_000);
		expect(sha256(body)).not.toBe(image.layer);
	});

	it('names another digest, in the header and in the API', async () => {
		await add({ operation: '*', fault: 'wrong-digest' });
		const answer = await manifest();
		expect(answer.headers['docker-content-digest']).toMatch(/^sha256:[0-9a-f]{64}$/);
		expect(answer.headers['docker-content-digest']).not.toBe(image.digest);
		expect(sha256(answer.body)).toBe(image.digest);
		const { images } = await ecr.send(
			new BatchGetImageCommand({ repositoryName: 'app', imageIds: [{ imageTag: 'v1' }] }),
		);
		expect(images?.[0]?.imageId?.imageDigest).not.toBe(image.digest);
	});

	it('says that a token has expired, in the words of each side', async () => {
		await add({ operation: 'ecr:*', fault: 'expired-token' }, { operation: 'v2:*', fault: 'expired-token' });
		await expect(list()).rejects.toMatchObject({ name: 'ExpiredTokenException' });
		const answer = await manifest();
		expect(answer.status).toBe(403);
		expect(answer.json()).toMatchObject({ errors: [{ code: 'DENIED' }] });
	});

	it('does not see at once what was just written', async () => {
		await add({ operation: '*', fault: 'lag', seconds: 10 });
		const { digest, manifest: bytes } = await pushImage(registry, 'app', 'late', 'late');
		const get = async () =>
			ecr.send(
				new BatchGetImageCommand({ repositoryName: 'app', imageIds: [{ imageTag: 'late' }, { imageTag: 'v1' }] }),
			);
		expect((await manifest('late')).status).toBe(404);
		expect((await registry.send('HEAD', `/v2/app/manifests/${digest}`)).status).toBe(404);
		expect((await manifest('v1')).status).toBe(200);
		expect(await get()).toMatchObject({
			images: [{ imageId: { imageTag: 'v1' } }],
			failures: [{ failureCode: 'ImageNotFound', imageId: { imageTag: 'late' } }],
		});
		server.advance(11);
		expect((await manifest('late')).body.toString()).toBe(bytes);
		expect((await get()).images?.[0]?.imageId?.imageDigest).toBe(digest);
		expect(bytes).toContain(OCI_MANIFEST);
	});

	it('draws the same from the same seed', async () => {
		const run = async () => {
			await send('DELETE', `${server.url}/_local/faults`);
			await add({ operation: 'v2:HeadManifest', fault: 'error', probability: 0.5 });
			const statuses: number[] = [];
			for (let turn = 0; turn < 20; turn += 1)
				statuses.push((await registry.send('HEAD', '/v2/app/manifests/v1')).status);
			return statuses;
		};
		const first = await run();
		expect(new Set(first)).toEqual(new Set([200, 500]));
		expect(await run()).toEqual(first);
	});

	it('strikes one repository only when it is told to, and refuses a rule that it does not understand', async () => {
		await server.seed('repositories: [other]');
		await add({ operation: 'v2:*', repository: 'oth*', fault: 'error' });
		expect((await manifest()).status).toBe(200);
		expect((await registry.send('GET', '/v2/other/tags/list')).status).toBe(500);
		const answer = await send('POST', `${server.url}/_local/faults`, {
			body: '{"faults": [{"operation": "*", "fault": "flood", "times": -1, "often": 2}]}',
		});
		expect(answer.status).toBe(400);
		for (const problem of ['flood', 'times', 'often']) expect(answer.body.toString()).toContain(problem);
	});
});
