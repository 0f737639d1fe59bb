import {
	BatchGetImageCommand,
	type ECRClient,
	PutRegistryPolicyCommand,
	SetRepositoryPolicyCommand,
} from '@aws-sdk/client-ecr';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ecrOf, logIn, pushImage } from '../../test/support.ts';
import { type LocalEcr, startLocalEcr } from '../server/start.ts';

const OTHER = '222222222222';

describe('what a resource policy lets another account do', () => {
	let server: LocalEcr;
	let ecr: ECRClient;
	const statement = (Effect: string, more: object = {}) => ({
		Effect,
		Principal: { AWS: OTHER },
		Action: 'ecr:BatchGetImage',
		...more,
	});
	const repositoryPolicy = (...Statement: object[]) =>
		ecr.send(new SetRepositoryPolicyCommand({ repositoryName: 'app', policyText: JSON.stringify({ Statement }) }));
	const pull = (account = OTHER) =>
		ecrOf(server, account).send(
			new BatchGetImageCommand({
				registryId: '111111111111',
				repositoryName: 'app',
				imageIds: [{ imageTag: 'v1' }],
			}),
		);

	beforeEach(async () => {
		server = await startLocalEcr({ seeds: ['repositories: [{name: app, tags: {stage: prod}}]'] });
		ecr = ecrOf(server);
		await pushImage(await logIn(server), 'app', 'v1');
	});
	afterEach(() => server.close());

	it('depends on its conditions', async () => {
		await repositoryPolicy(statement('Allow', { Condition: { StringEquals: { 'aws:PrincipalAccount': OTHER } } }));
		expect((await pull()).images).toHaveLength(1);
		await repositoryPolicy(statement('Allow', { Condition: { StringEquals: { 'ecr:ResourceTag/stage': 'dev' } } }));
		await expect(pull()).rejects.toMatchObject({ name: 'AccessDeniedException' });
	});

	it('is nothing where a condition cannot be evaluated: such an Allow does not count, such a Deny does', async () => {
		const unknown = { Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-1' } } };
		await repositoryPolicy(statement('Allow', unknown));
		await expect(pull()).rejects.toThrow('does not evaluate the condition aws:PrincipalOrgID');
		await repositoryPolicy(statement('Allow'), statement('Deny', unknown));
		await expect(pull()).rejects.toThrow('with an explicit deny in a resource-based policy');
	});

	it('is denied to everyone whom NotPrincipal does not name, its own account included', async () => {
		const { Principal, ...deny } = statement('Deny');
		await repositoryPolicy({ ...deny, NotPrincipal: { AWS: OTHER } }, statement('Allow'));
		expect((await pull()).images).toHaveLength(1);
		await expect(pull('111111111111')).rejects.toThrow('with an explicit deny in a resource-based policy');
	});

	it('may be said for all repositories by the policy of the registry, in its second scope', async () => {
		const Resource = 'arn:aws:ecr:us-east-1:111111111111:repository/app';
		const policyText = JSON.stringify({ Statement: [statement('Allow', { Resource })] });
		await expect(pull()).rejects.toMatchObject({ name: 'AccessDeniedException' });
		await ecr.send(new PutRegistryPolicyCommand({ policyText }));
		expect((await pull()).images).toHaveLength(1);
		// As accounts have it that never changed it; it cannot be set any more.
		await server.seed('registries: [{settings: {REGISTRY_POLICY_SCOPE: V1}}]');
		await expect(pull()).rejects.toMatchObject({ name: 'AccessDeniedException' });
	});

	it('is not taken from a policy with a mistake in it', async () => {
		await expect(repositoryPolicy(statement('deny'))).rejects.toMatchObject({ name: 'InvalidParameterException' });
		await expect(
			repositoryPolicy(statement('Deny', { Condition: { StringIs: { 'aws:userid': 'x' } } })),
		).rejects.toThrow('unknown condition operators: StringIs');
	});
});
