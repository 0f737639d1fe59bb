import {
	BatchGetImageCommand,
	DeregisterPullTimeUpdateExclusionCommand,
	DescribeImagesCommand,
	ListPullTimeUpdateExclusionsCommand,
	RegisterPullTimeUpdateExclusionCommand,
} from '@aws-sdk/client-ecr';
import { expect, it } from '@jest/globals';
import { ecrOf, logIn, pushImage } from '../../test/support.ts';
import { startLocalEcr } from '../server/start.ts';

it('the pulls of an excluded principal are not recorded, in the registry nor in the API', async () => {
	const server = await startLocalEcr({ seeds: ['repositories: [app]'] });
	const ecr = ecrOf(server);
	const registry = await logIn(server);
	await pushImage(registry, 'app', 'v1');
	const principalArn = 'arn:aws:iam::111111111111:user/local';
	const pulledAt = async () =>
		(await ecr.send(new DescribeImagesCommand({ repositoryName: 'app' }))).imageDetails?.[0]?.lastRecordedPullTime;
	const pull = async () => {
		await registry.send('GET', '/v2/app/manifests/v1');
		await ecr.send(new BatchGetImageCommand({ repositoryName: 'app', imageIds: [{ imageTag: 'v1' }] }));
	};

	await ecr.send(new RegisterPullTimeUpdateExclusionCommand({ principalArn }));
	await expect(ecr.send(new RegisterPullTimeUpdateExclusionCommand({ principalArn }))).rejects.toMatchObject({
		name: 'ExclusionAlreadyExistsException',
	});
	const { pullTimeUpdateExclusions } = await ecr.send(new ListPullTimeUpdateExclusionsCommand({}));
	expect(pullTimeUpdateExclusions).toEqual([principalArn]);
	await pull();
	expect(await pulledAt()).toBeUndefined();
	await ecr.send(new DeregisterPullTimeUpdateExclusionCommand({ principalArn }));
	await pull();
	expect(await pulledAt()).toBeInstanceOf(Date);
	await server.close();
});
