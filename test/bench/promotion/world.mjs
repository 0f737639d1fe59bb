// A local ECR with three registries, and a job that has logged in to all of them with the committed bundles.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createJob } from '../../../scripts/runner.mjs';
import { startServer } from '../../conformance/local-ecr/process.mjs';

const REGION = 'eu-central-1';
/** Where images are at first; where they go to; and a registry whose account lets blobs be mounted. */
export const ACCOUNTS = { source: '111111111111', other: '222222222222', mounting: '333333333333' };

/** @param {{ work: string, dist: string, latency: number }} options milliseconds that every request takes longer */
export async function startWorld({ work, dist, latency }) {
	const seed = join(work, 'seed.json');
	const settings = { BLOB_MOUNTING: 'ENABLED' };
	writeFileSync(seed, JSON.stringify({ registries: [{ account: ACCOUNTS.mounting, region: REGION, settings }] }));
	const server = await startServer(
		['--account', ACCOUNTS.source, '--region', REGION, '--latency-ms', String(latency), '--seed', seed],
		join(dist, 'local-ecr/index.js'),
	);
	const docker = join(work, 'docker');
	mkdirSync(docker, { recursive: true });
	const { AWS_ENDPOINT_URL, ACTIONS_ID_TOKEN_REQUEST_URL, ACTIONS_ID_TOKEN_REQUEST_TOKEN } = server.environment;
	const job = createJob({
		directory: join(work, 'job'),
		env: {
			PATH: process.env.PATH,
			HOME: work,
			DOCKER_CONFIG: docker,
			AWS_ENDPOINT_URL,
			ACTIONS_ID_TOKEN_REQUEST_URL,
			ACTIONS_ID_TOKEN_REQUEST_TOKEN,
		},
	});
	const hosts = {};
	for (const [name, account] of Object.entries(ACCOUNTS)) {
		const { outputs, errors } = await job.step(dist, 'ecr-login-oidc', {
			'role-to-assume': `arn:aws:iam::${account}:role/bench`,
			'aws-region': REGION,
		});
		if (outputs.registry === undefined) throw new Error(errors.join('\n'));
		hosts[name] = outputs.registry;
	}

	const call = async (registry, operation, body) => {
		const credential = `AKIA${ACCOUNTS[registry]}TEST/20260101/${REGION}/ecr/aws4_request`;
		const response = await fetch(server.url, {
			method: 'POST',
			headers: {
				'content-type': 'application/x-amz-json-1.1',
				'x-amz-target': `AmazonEC2ContainerRegistry_V20150921.${operation}`,
				authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host, Signature=0`,
			},
			body: JSON.stringify(body),
		});
		if (!response.ok) throw new Error(`${operation}: ${await response.text()}`);
		return response.json();
	};

	return {
		job,
		hosts,
		call,
		requests: async () => (await (await fetch(`${server.url}/_local/requests/counts`)).json()).total,
		create: (registry, repositoryName) => call(registry, 'CreateRepository', { repositoryName }),
		remove: (registry, repositoryName) => call(registry, 'DeleteRepository', { repositoryName, force: true }),
		/** Takes every image away and leaves the layers. */
		async emptyOfManifests(registry, repositoryName) {
			for (;;) {
				const { imageIds } = await call(registry, 'ListImages', { repositoryName });
				if (imageIds.length === 0) return;
				await call(registry, 'BatchDeleteImage', {
					repositoryName,
					imageIds: imageIds.map(({ imageDigest }) => ({ imageDigest })),
				});
			}
		},
		/** Pushes an OCI layout with build-push into the registries named. */
		async push(layout, repository, ...registries) {
			for (const registry of registries) {
				const { exitCode, errors } = await job.step(dist, 'build-push', {
					registry: hosts[registry],
					repository,
					tags: 'v1',
					'oci-layout': layout.directory,
					'create-repository': 'true',
				});
				if (exitCode !== 0) throw new Error(errors.join('\n'));
			}
		},
		stop: server.stop,
	};
}
