import {
	CreateRepositoryCommand,
	DeleteLifecyclePolicyCommand,
	DeleteRepositoryCommand,
	DeleteRepositoryPolicyCommand,
	DescribeRegistryCommand,
	DescribeRepositoriesCommand,
	type ECRClient,
	GetAccountSettingCommand,
	GetLifecyclePolicyCommand,
	GetRegistryPolicyCommand,
	GetRepositoryPolicyCommand,
	ListTagsForResourceCommand,
	PutAccountSettingCommand,
	PutImageTagMutabilityCommand,
	PutLifecyclePolicyCommand,
	paginateDescribeRepositories,
	SetRepositoryPolicyCommand,
	TagResourceCommand,
	UntagResourceCommand,
} from '@aws-sdk/client-ecr';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ecrOf, logIn, pushImage } from '../../test/support.ts';
import { type LocalEcr, startLocalEcr } from '../server/start.ts';

describe('repositories', () => {
	let server: LocalEcr;
	let ecr: ECRClient;

	beforeAll(async () => {
		server = await startLocalEcr();
		ecr = ecrOf(server);
	});
	afterAll(() => server.close());

	it('are created with everything that was asked for, and described so', async () => {
		const { repository } = await ecr.send(
			new CreateRepositoryCommand({
				repositoryName: 'team/full',
				imageTagMutability: 'IMMUTABLE_WITH_EXCLUSION',
				imageTagMutabilityExclusionFilters: [{ filterType: 'WILDCARD', filter: 'sha256-*' }],
				imageScanningConfiguration: { scanOnPush: true },
				encryptionConfiguration: { encryptionType: 'KMS', kmsKey: 'arn:aws:kms:us-east-1:111111111111:key/1' },
				tags: [{ Key: 'owner', Value: 'team' }],
			}),
		);
		const described = await ecr.send(new DescribeRepositoriesCommand({ repositoryNames: ['team/full'] }));
		const { tags } = await ecr.send(new ListTagsForResourceCommand({ resourceArn: repository?.repositoryArn }));

		expect(repository).toEqual({
			repositoryArn: 'arn:aws:ecr:us-east-1:111111111111:repository/team/full',
			registryId: '111111111111',
			repositoryName: 'team/full',
			repositoryUri: `127.0.0.1:${server.port}/team/full`,
			createdAt: expect.any(Date),
			imageTagMutability: 'IMMUTABLE_WITH_EXCLUSION',
			imageTagMutabilityExclusionFilters: [{ filterType: 'WILDCARD', filter: 'sha256-*' }],
			imageScanningConfiguration: { scanOnPush: true },
			encryptionConfiguration: { encryptionType: 'KMS', kmsKey: 'arn:aws:kms:us-east-1:111111111111:key/1' },
		});
		expect(described.repositories).toEqual([repository]);
		expect(tags).toEqual([{ Key: 'owner', Value: 'team' }]);
	});

	it('exist once, and only under names that ECR takes', async () => {
		await ecr.send(new CreateRepositoryCommand({ repositoryName: 'once' }));
		const again = (repositoryName: string) => ecr.send(new CreateRepositoryCommand({ repositoryName }));
		await expect(again('once')).rejects.toMatchObject({
			name: 'RepositoryAlreadyExistsException',
			message: "The repository with name 'once' already exists in the registry with id '111111111111'",
		});
		for (const name of ['A', 'x', '/x', 'x//y', 'x_-y'])
			await expect(again(name)).rejects.toMatchObject({ name: 'InvalidParameterException' });
	});

	it('are deleted with their images only by force', async () => {
		await ecr.send(new CreateRepositoryCommand({ repositoryName: 'doomed' }));
		await pushImage(await logIn(server), 'doomed', 'v1');
		const remove = (force: boolean) => ecr.send(new DeleteRepositoryCommand({ repositoryName: 'doomed', force }));

		await expect(remove(false)).rejects.toMatchObject({ name: 'RepositoryNotEmptyException' });
		expect((await remove(true)).repository?.repositoryName).toBe('doomed');
		await expect(remove(true)).rejects.toMatchObject({ name: 'RepositoryNotFoundException' });
	});

	it('are listed page by page', async () => {
		for (const name of ['page/1', 'page/2', 'page/3'])
			await ecr.send(new CreateRepositoryCommand({ repositoryName: name }));
		const sizes: number[] = [];
		const names: (string | undefined)[] = [];
		for await (const page of paginateDescribeRepositories({ client: ecr, pageSize: 2 }, {})) {
			sizes.push(page.repositories?.length ?? 0);
			names.push(...(page.repositories ?? []).map((repository) => repository.repositoryName));
		}
		expect(Math.max(...sizes)).toBe(2);
		expect(names).toEqual(expect.arrayContaining(['page/1', 'page/2', 'page/3']));
		expect(new Set(names).size).toBe(names.length);
	});

	it('take exclusion filters with the modes that have them, and with no other', async () => {
		const repositoryName = 'once';
		const filters = [{ filterType: 'WILDCARD' as const, filter: 'dev-*' }];
		const put = (imageTagMutability: 'IMMUTABLE' | 'MUTABLE_WITH_EXCLUSION', given?: typeof filters) =>
			ecr.send(
				new PutImageTagMutabilityCommand({
					repositoryName,
					imageTagMutability,
					imageTagMutabilityExclusionFilters: given,
				}),
			);
		await expect(put('IMMUTABLE', filters)).rejects.toMatchObject({ name: 'InvalidParameterException' });
		await expect(put('MUTABLE_WITH_EXCLUSION')).rejects.toMatchObject({ name: 'InvalidParameterException' });
		expect(await put('MUTABLE_WITH_EXCLUSION', filters)).toMatchObject({
			imageTagMutability: 'MUTABLE_WITH_EXCLUSION',
			imageTagMutabilityExclusionFilters: filters,
		});
	});

	it('keep their policies as text, until they are deleted', async () => {
		const repositoryName = 'once';
		const policyText = '{"Version":"2012-10-17","Statement":[]}';
		const lifecyclePolicyText = JSON.stringify({
			rules: [
				{
					rulePriority: 1,
					selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 3 },
					action: { type: 'expire' },
				},
			],
		});
		const get = () => ecr.send(new GetRepositoryPolicyCommand({ repositoryName }));
		const getLifecycle = () => ecr.send(new GetLifecyclePolicyCommand({ repositoryName }));

		await expect(get()).rejects.toMatchObject({ name: 'RepositoryPolicyNotFoundException' });
		await expect(getLifecycle()).rejects.toMatchObject({ name: 'LifecyclePolicyNotFoundException' });
		await ecr.send(new SetRepositoryPolicyCommand({ repositoryName, policyText }));
		await ecr.send(new PutLifecyclePolicyCommand({ repositoryName, lifecyclePolicyText }));
		expect((await get()).policyText).toBe(policyText);
		expect((await getLifecycle()).lifecyclePolicyText).toBe(lifecyclePolicyText);
		await ecr.send(new DeleteRepositoryPolicyCommand({ repositoryName }));
		await ecr.send(new DeleteLifecyclePolicyCommand({ repositoryName }));
		await expect(get()).rejects.toMatchObject({ name: 'RepositoryPolicyNotFoundException' });
		await expect(getLifecycle()).rejects.toMatchObject({ name: 'LifecyclePolicyNotFoundException' });
	});

	it('carry resource tags', async () => {
		const resourceArn = 'arn:aws:ecr:us-east-1:111111111111:repository/once';
		await ecr.send(
			new TagResourceCommand({
				resourceArn,
				tags: [
					{ Key: 'a', Value: '1' },
					{ Key: 'b', Value: '2' },
				],
			}),
		);
		await ecr.send(new UntagResourceCommand({ resourceArn, tagKeys: ['a'] }));
		const { tags } = await ecr.send(new ListTagsForResourceCommand({ resourceArn }));
		expect(tags).toEqual([{ Key: 'b', Value: '2' }]);
	});

	it('of an account without any are not found, by whoever asks', async () => {
		const ask = ecr.send(new DescribeRepositoriesCommand({ registryId: '999999999999', repositoryNames: ['app'] }));
		await expect(ask).rejects.toMatchObject({
			name: 'RepositoryNotFoundException',
			message: "The repository with name 'app' does not exist in the registry with id '999999999999'",
		});
	});

	it('share the settings of their registry', async () => {
		const get = (name: string) => ecr.send(new GetAccountSettingCommand({ name }));
		expect(await get('BLOB_MOUNTING')).toMatchObject({ value: 'DISABLED' });
		await ecr.send(new PutAccountSettingCommand({ name: 'BLOB_MOUNTING', value: 'ENABLED' }));
		expect(await get('BLOB_MOUNTING')).toMatchObject({ value: 'ENABLED' });
		await expect(get('UNHEARD_OF')).rejects.toMatchObject({ name: 'InvalidParameterException' });
		expect(await ecr.send(new DescribeRegistryCommand({}))).toMatchObject({ registryId: '111111111111' });
		await expect(ecr.send(new GetRegistryPolicyCommand({}))).rejects.toMatchObject({
			name: 'RegistryPolicyNotFoundException',
		});
	});
});
