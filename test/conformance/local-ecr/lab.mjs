// The lab of the tutorial for ECR, command for command, with the real aws command line and docker.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from '../../peers/command.mjs';
import { findPeer } from '../../peers/peers.mjs';
import { readsEndpoint } from './aws.mjs';
import { startServer } from './process.mjs';

const HELLO = fileURLToPath(new URL('../../../examples/hello', import.meta.url));
const POLICY = JSON.stringify({
	rules: [
		{
			rulePriority: 1,
			description: 'Keep the newest image',
			selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 1 },
			action: { type: 'expire' },
		},
	],
});
const REPOSITORY = ['--repository-name', 'hello-repository'];

async function findTools() {
	const [aws, docker] = [await findPeer('aws'), await findPeer('docker')];
	const missing = aws.missing ?? docker.missing;
	if (missing !== undefined) return { missing };
	const { code } = await run(docker.path, ['info']);
	return code === 0 ? { aws: aws.path, docker: docker.path } : { missing: 'no Docker daemon answers' };
}

/** A shell that stops at the first command that fails, and prints what it does as the lab does. */
async function shell(tools, env) {
	const endpoint = (await readsEndpoint(tools.aws)) ? [] : ['--endpoint-url', env.AWS_ENDPOINT_URL];
	const must = async (command, args, input) => {
		console.log(`$ ${command} ${args.join(' ')}`);
		const { code, stdout, stderr } = await run(tools[command], args, { env, input });
		assert.equal(code, 0, `${command} ${args.join(' ')}: ${stderr || stdout}`);
		return stdout;
	};
	return {
		docker: (args, input) => must('docker', args, input),
		ecr: async (...args) =>
			JSON.parse((await must('aws', [...endpoint, 'ecr', ...args, '--output', 'json'])) || 'null'),
		text: (...args) => must('aws', [...endpoint, 'ecr', ...args]),
	};
}

async function lab({ docker, ecr, text }, server) {
	const image = `${server.host}/hello-repository`;
	await docker(['build', '--tag', 'hello-world', HELLO]);
	const { repository } = await ecr(
		'create-repository',
		...REPOSITORY,
		'--image-scanning-configuration',
		'scanOnPush=true',
	);
	assert.equal(repository.repositoryUri, image);
	const password = await text('get-login-password');
	await docker(['login', '--username', 'AWS', '--password-stdin', server.host], password);
	await docker(['tag', 'hello-world:latest', `${image}:latest`]);
	await docker(['push', `${image}:latest`]);

	const { imageIds } = await ecr('list-images', ...REPOSITORY);
	assert.deepEqual(
		imageIds.map(({ imageTag }) => imageTag),
		['latest'],
	);
	const { imageDetails } = await ecr('describe-images', ...REPOSITORY);
	assert.equal(imageDetails[0].imageDigest, imageIds[0].imageDigest);
	const { repositories } = await ecr('describe-repositories');
	assert.equal(repositories[0].imageScanningConfiguration.scanOnPush, true);
	await ecr('wait', 'image-scan-complete', ...REPOSITORY, '--image-id', 'imageTag=latest');

	await ecr('put-lifecycle-policy', ...REPOSITORY, '--lifecycle-policy-text', POLICY);
	await ecr('start-lifecycle-policy-preview', ...REPOSITORY);
	await ecr('wait', 'lifecycle-policy-preview-complete', ...REPOSITORY);
	const preview = await ecr('get-lifecycle-policy-preview', ...REPOSITORY);
	assert.equal(preview.status, 'COMPLETE');
	assert.equal(preview.summary.expiringImageTotalCount, 0);
	const { lifecyclePolicyText } = await ecr('get-lifecycle-policy', ...REPOSITORY);
	assert.equal(lifecyclePolicyText, POLICY);

	await docker(['rmi', `${image}:latest`]);
	await docker(['pull', `${image}:latest`]);
	const said = await docker(['run', '--rm', `${image}:latest`]);
	assert.match(said, /hello/i);
	await docker(['rmi', `${image}:latest`]);
	await docker(['logout', server.host]);
	await ecr('delete-repository', ...REPOSITORY, '--force');
	assert.deepEqual((await ecr('describe-repositories')).repositories, []);
}

/** @returns {Promise<'green' | 'failed' | 'not run'>} */
export async function runLab() {
	const { missing, ...tools } = await findTools();
	if (missing !== undefined) {
		console.log(`NOT RUN: the lab: ${missing}`);
		return 'not run';
	}
	const server = await startServer();
	const config = await mkdtemp(join(tmpdir(), 'local-ecr-lab-'));
	const env = { ...process.env, ...server.environment, DOCKER_CONFIG: config, AWS_PAGER: '' };
	try {
		await lab(await shell(tools, env), server);
		return 'green';
	} catch (error) {
		console.log(`FAILED: the lab: ${error.message}`);
		return 'failed';
	} finally {
		await run(tools.docker, ['rmi', '--force', 'hello-world:latest'], { env });
		await server.stop();
		await rm(config, { recursive: true, force: true });
	}
}
