import {
	CreateRepositoryCommand,
	DescribeRepositoriesCommand,
	ECRClient,
	GetAuthorizationTokenCommand,
	ListImageReferrersCommand,
	PutImageCommand,
} from '@aws-sdk/client-ecr';
import { Inspector2Client, ListCoverageCommand } from '@aws-sdk/client-inspector2';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { clientConfig, logIn, type PushedImage, pushImage, registryAt } from '../../test/support.ts';
import { type LocalEcr, startLocalEcr } from '../server/start.ts';

const ROLE = 'arn:aws:iam::111111111111:role/deploy';
const APP = 'arn:aws:ecr:us-east-1:111111111111:repository/app';
const PULL = ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer', 'ecr:BatchCheckLayerAvailability'];
const allow = (Action: string | string[], Resource: string) => ({ Effect: 'Allow', Action, Resource });
const ROLE_POLICY = {
	Version: '2012-10-17',
	Statement: [
		allow('ecr:*', '*'),
		{ Effect: 'Deny', Action: 'ecr:CreateRepository', Resource: '*' },
		{ Effect: 'Allow', Action: 'inspector2:*', Resource: '*', Condition: { Bool: { 'aws:SecureTransport': 'true' } } },
	],
};

describe('a local ECR that enforces IAM', () => {
	let server: LocalEcr;
	let image: PushedImage;
	const sessionWith = async (...Statement: object[]) => {
		const sts = new STSClient(clientConfig(server));
		const { Credentials } = await sts.send(
			new AssumeRoleCommand({
				RoleArn: ROLE,
				RoleSessionName: 'test',
				...(Statement.length === 0 ? {} : { Policy: JSON.stringify({ Version: '2012-10-17', Statement }) }),
			}),
		);
		const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = Credentials ?? {};
		return {
			...clientConfig(server),
			credentials: { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken },
		};
	};
	const put = (client: ECRClient) =>
		client.send(new PutImageCommand({ repositoryName: 'app', imageManifest: image.manifest, imageTag: 'other' }));
	const refusal = (action: string, resource: string, why: string) => ({
		name: 'AccessDeniedException',
		message: `User: arn:aws:sts::111111111111:assumed-role/deploy/test is not authorized to perform: ${action} on resource: ${resource} ${why}`,
	});

	beforeAll(async () => {
		const roles = [{ arn: ROLE, trust: { principals: ['111111111111'] }, policy: ROLE_POLICY }];
		server = await startLocalEcr({
			enforceIam: true,
			seeds: [JSON.stringify({ repositories: ['app', 'secret'], roles })],
		});
		image = await pushImage(await logIn(server), 'app', 'v1');
	});
	afterAll(() => server.close());

	it('refuses a call outside the session policy, naming the action and the resource, and does nothing', async () => {
		const ecr = new ECRClient(await sessionWith(allow(PULL, APP)));
		const why = 'because no session policy allows the ecr:PutImage action';
		await expect(put(ecr)).rejects.toMatchObject(refusal('ecr:PutImage', APP, why));
		await expect(ecr.send(new GetAuthorizationTokenCommand({}))).rejects.toMatchObject(
			refusal(
				'ecr:GetAuthorizationToken',
				'*',
				'because no session policy allows the ecr:GetAuthorizationToken action',
			),
		);
		expect((await (await logIn(server)).send('HEAD', '/v2/app/manifests/other')).status).toBe(404);
	});

	it('refuses what a repository is not named for, before it says whether it is there', async () => {
		const ecr = new ECRClient(await sessionWith(allow('ecr:Describe*', APP)));
		const describeOne = (name?: string) =>
			ecr.send(new DescribeRepositoriesCommand(name === undefined ? {} : { repositoryNames: [name] }));
		expect((await describeOne('app')).repositories).toHaveLength(1);
		await expect(describeOne('secret')).rejects.toMatchObject({ name: 'AccessDeniedException' });
		await expect(describeOne('nothing')).rejects.toMatchObject({ name: 'AccessDeniedException' });
		await expect(describeOne()).rejects.toThrow('repository/* because no session policy allows');
	});

	it('lets a session narrow its role and never widen it', async () => {
		const ecr = new ECRClient(await sessionWith(allow('*', '*')));
		const create = ecr.send(new CreateRepositoryCommand({ repositoryName: 'new' }));
		const arn = APP.replace('/app', '/new');
		const why = 'with an explicit deny in an identity-based policy';
		await expect(create).rejects.toMatchObject(refusal('ecr:CreateRepository', arn, why));
	});

	it('does not take an Allow whose condition is not met for an Allow', async () => {
		const inspector = new Inspector2Client(await sessionWith());
		await expect(inspector.send(new ListCoverageCommand({}))).rejects.toThrow(
			'no identity-based policy allows the inspector2:ListCoverage action',
		);
	});

	it('takes BatchGetImage for the list of referrers', async () => {
		const ecr = new ECRClient(await sessionWith(allow('ecr:BatchGetImage', APP)));
		const subjectId = { imageDigest: image.digest };
		expect((await ecr.send(new ListImageReferrersCommand({ repositoryName: 'app', subjectId }))).referrers).toEqual([]);
	});

	it('lets a password of the registry do what its session may', async () => {
		const ecr = new ECRClient(await sessionWith(allow(PULL, APP), allow('ecr:GetAuthorizationToken', '*')));
		const { authorizationData = [] } = await ecr.send(new GetAuthorizationTokenCommand({}));
		const registry = registryAt(server.url, authorizationData[0]?.authorizationToken ?? '');

		expect((await registry.send('GET', '/v2/app/manifests/v1')).status).toBe(200);
		expect((await registry.send('HEAD', `/v2/app/blobs/${image.layer}`)).status).toBe(200);
		const push = await registry.send('POST', '/v2/app/blobs/uploads/');
		expect(push.status).toBe(403);
		expect(push.json()).toMatchObject({
			errors: [
				{
					code: 'DENIED',
					message: refusal(
						'ecr:InitiateLayerUpload',
						APP,
						'because no session policy allows the ecr:InitiateLayerUpload action',
					).message,
				},
			],
		});
		expect((await registry.send('GET', '/v2/secret/tags/list')).status).toBe(403);
	});

	it('lets users do everything', async () => {
		expect((await put(new ECRClient(clientConfig(server)))).image?.imageId?.imageTag).toBe('other');
	});
});

describe('a local ECR that does not', () => {
	it('takes session policies and does not look at them', async () => {
		const server = await startLocalEcr({ seeds: ['repositories: [app]'] });
		const { Credentials } = await new STSClient(clientConfig(server)).send(
			new AssumeRoleCommand({ RoleArn: ROLE, RoleSessionName: 'test', Policy: '{"Statement": []}' }),
		);
		const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = Credentials ?? {};
		const ecr = new ECRClient({
			...clientConfig(server),
			credentials: { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken },
		});
		expect((await ecr.send(new DescribeRepositoriesCommand({}))).repositories).toHaveLength(1);
		await server.close();
	});
});
