import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DescribeRepositoriesCommand } from '@aws-sdk/client-ecr';
import { DescribeTaskDefinitionCommand, ECSClient } from '@aws-sdk/client-ecs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { send } from '../../test/http.ts';
import { clientConfig, ecrOf, logIn, pushImage } from '../../test/support.ts';
import { startLocalEcr } from '../server/start.ts';

describe('a persistent local ECR', () => {
	let persist: string;
	beforeAll(async () => {
		persist = await mkdtemp(join(tmpdir(), 'local-ecr-test-'));
	});
	afterAll(() => rm(persist, { recursive: true, force: true }));

	it('has everything again after a restart: images, their layers, passwords, ports, task definitions', async () => {
		const first = await startLocalEcr({
			persist,
			seeds: [
				JSON.stringify({
					registries: [{ account: '222222222222', repositories: [{ name: 'app', mutability: 'IMMUTABLE' }] }],
					ecs: [{ taskDefinitions: [{ family: 'web', containerDefinitions: [{ name: 'web', image: 'web' }] }] }],
				}),
			],
		});
		const registry = await logIn(first, '222222222222');
		const image = await pushImage(registry, 'app', 'v1', 'kept');
		await first.close();

		const second = await startLocalEcr({ persist });
		const manifest = await registry.send('GET', '/v2/app/manifests/v1');
		const redirect = await registry.send('GET', `/v2/app/blobs/${image.layer}`);
		const { repositories } = await ecrOf(second, '222222222222').send(new DescribeRepositoriesCommand({}));
		const { taskDefinition } = await new ECSClient(clientConfig(second)).send(
			new DescribeTaskDefinitionCommand({ taskDefinition: 'web' }),
		);

		expect((await second.registry('222222222222')).url).toBe(registry.url);
		expect(manifest.body.toString()).toBe(image.manifest);
		expect((await send('GET', String(redirect.headers.location))).body.toString()).toBe('kept');
		expect(repositories?.[0]).toMatchObject({ repositoryName: 'app', imageTagMutability: 'IMMUTABLE' });
		expect(taskDefinition?.registeredAt).toBeInstanceOf(Date);
		await second.close();
	});

	it('leaves nothing behind when it was not to persist', async () => {
		const temporary = await mkdtemp(join(persist, 'temporary-'));
		const server = await startLocalEcr({ temporary });
		const running = await readdir(temporary);
		await server.close();
		expect(running).toHaveLength(1);
		expect(await readdir(temporary)).toEqual([]);
	});
});
