import { GetAuthorizationTokenCommand, SetRepositoryPolicyCommand } from '@aws-sdk/client-ecr';
import { ECSClient, RegisterTaskDefinitionCommand, UpdateServiceCommand } from '@aws-sdk/client-ecs';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { send } from '../../test/http.ts';
import { clientConfig, ecrOf, logIn, type PushedImage, pushImage, registryAt } from '../../test/support.ts';
import { ecrOperations } from '../ecr/operations.ts';
import { ecrPublicOperations } from '../ecr-public/operations.ts';
import { ecsOperations } from '../ecs/operations.ts';
import { inspectorOperations } from '../inspector/operations.ts';
import { type LocalEcr, startLocalEcr } from '../server/start.ts';

const ROLE = 'arn:aws:iam::111111111111:role/deploy';
const READ_ONLY = 'arn:aws:iam::aws:policy/ReadOnly';
const APP = 'arn:aws:ecr:us-east-1:111111111111:repository/app';
const allow = (Action: string | readonly string[], Resource = '*', Condition?: object) => ({
	Effect: 'Allow',
	Action,
	Resource,
	...(Condition === undefined ? {} : { Condition }),
});
const deny = (Action: string, Condition?: object) => ({ ...allow(Action, '*', Condition), Effect: 'Deny' });

/** Calls that another action allows. */
const OTHER_ACTIONS: Readonly<Record<string, string>> = { 'ecr:ListImageReferrers': 'ecr:BatchGetImage' };

const TARGETS = {
	ecr: 'AmazonEC2ContainerRegistry_V20150921',
	'ecr-public': 'SpencerFrontendService',
	ecs: 'AmazonEC2ContainerServiceV20141113',
} as const;
const PATHS: Readonly<Record<string, string>> = {
	ListCoverage: '/coverage/list',
	ListFindings: '/findings/list',
	BatchGetFindingDetails: '/findings/details/batch/get',
};
const CALLS = [
	...Object.keys(ecrOperations).map((operation) => ['ecr', operation] as const),
	...Object.keys(ecrPublicOperations).map((operation) => ['ecr-public', operation] as const),
	...Object.keys(ecsOperations).map((operation) => ['ecs', operation] as const),
	...Object.keys(inspectorOperations).map((operation) => ['inspector2', operation] as const),
];

describe('with IAM enforced', () => {
	let server: LocalEcr;
	let image: PushedImage;

	const assume = async (Statement: readonly object[], more: object = {}) => {
		const sts = new STSClient(clientConfig(server));
		const Policy = JSON.stringify({ Version: '2012-10-17', Statement });
		const { Credentials } = await sts.send(
			new AssumeRoleCommand({ RoleArn: ROLE, RoleSessionName: 'test', Policy, ...more }),
		);
		const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = Credentials ?? {};
		return {
			...clientConfig(server),
			credentials: { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken },
		};
	};
	/** A call as its wire has it, whatever its input: it is authorised before anything else is looked at. */
	const raw = async (
		service: keyof typeof TARGETS | 'inspector2',
		operation: string,
		statements: readonly object[],
	) => {
		const { credentials } = await assume(statements);
		const answer = await send('POST', `${server.url}${service === 'inspector2' ? PATHS[operation] : '/'}`, {
			headers: {
				authorization: `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/20260101/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=0`,
				'x-amz-security-token': credentials.sessionToken,
				...(service === 'inspector2' ? {} : { 'x-amz-target': `${TARGETS[service]}.${operation}` }),
			},
			body: '{}',
		});
		return answer.json() as { readonly __type?: string; readonly message?: string };
	};

	beforeAll(async () => {
		server = await startLocalEcr({
			enforceIam: true,
			seeds: [
				JSON.stringify({
					repositories: [{ name: 'app', tags: { stage: 'dev' } }, 'from'],
					roles: [{ arn: ROLE, trust: { principals: ['111111111111'] } }],
					policies: [{ arn: READ_ONLY, document: { Statement: [allow('ecr:Describe*')] } }],
					ecs: [
						{
							taskDefinitions: [{ family: 'web', containerDefinitions: [{ name: 'web', image: 'web' }] }],
							services: [{ name: 'web', taskDefinition: 'web' }],
						},
					],
				}),
			],
		});
		image = await pushImage(await logIn(server), 'app', 'v1');
	});
	afterAll(() => server.close());

	it.each(CALLS)('%s:%s is refused by its action name, and allowed by it alone', async (service, operation) => {
		const action = OTHER_ACTIONS[`${service}:${operation}`] ?? `${service}:${operation}`;
		const token = operation === 'GetAuthorizationToken' ? [allow('sts:GetServiceBearerToken')] : [];
		const refused = await raw(service, operation, [allow('*'), deny(action)]);
		expect(refused.__type).toBe('AccessDeniedException');
		expect(refused.message).toContain(`is not authorized to perform: ${action} on resource: `);
		expect((await raw(service, operation, [allow(action), ...token])).__type).not.toBe('AccessDeniedException');
	});

	it.each([
		['HEAD', '/v2/app/manifests/v1', ['ecr:BatchGetImage']],
		['GET', '/v2/app/manifests/v1', ['ecr:BatchGetImage']],
		['HEAD', '/v2/app/blobs/LAYER', ['ecr:BatchCheckLayerAvailability']],
		['GET', '/v2/app/blobs/LAYER', ['ecr:GetDownloadUrlForLayer']],
		['POST', '/v2/app/blobs/uploads/', ['ecr:InitiateLayerUpload']],
		['PATCH', '/v2/app/blobs/uploads/x', ['ecr:UploadLayerPart']],
		['PUT', '/v2/app/blobs/uploads/x?digest=LAYER', ['ecr:CompleteLayerUpload', 'ecr:UploadLayerPart']],
		['PUT', '/v2/app/manifests/v2', ['ecr:PutImage']],
		['DELETE', '/v2/app/manifests/v9', ['ecr:BatchDeleteImage']],
		['GET', '/v2/app/tags/list', ['ecr:ListImages']],
		['GET', '/v2/app/referrers/DIGEST', ['ecr:BatchGetImage']],
	] as const)('%s %s takes %j in the registry, and nothing more', async (method, path, actions) => {
		const call = async (statements: readonly object[]) => {
			const ecr = ecrOf(server);
			const session = await assume([allow('ecr:GetAuthorizationToken'), ...statements]);
			ecr.config.credentials = async () => session.credentials;
			const { authorizationData = [] } = await ecr.send(new GetAuthorizationTokenCommand({}));
			const registry = registryAt(server.url, authorizationData[0]?.authorizationToken ?? '');
			const headers = { 'content-type': 'application/vnd.oci.image.manifest.v1+json' };
			const target = path.replace('LAYER', image.layer).replace('DIGEST', image.digest);
			return registry.send(method, target, method === 'PUT' ? { headers, body: image.manifest } : {});
		};
		const [first] = actions;
		const refused = await call([allow('*'), deny(first)]);
		expect(refused.status).toBe(403);
		if (method !== 'HEAD')
			expect(refused.body.toString()).toContain(`not authorized to perform: ${first} on resource: ${APP}`);
		expect((await call([allow(actions)])).status).not.toBe(403);
	});

	it('counts a Deny whose condition it cannot evaluate, and names the condition', async () => {
		const { message } = await raw('ecr', 'DescribeRegistry', [
			allow('*'),
			deny('ecr:*', { StringNotEquals: { 'aws:PrincipalOrgID': 'o-1' } }),
		]);
		expect(message).toContain('with an explicit deny in a session policy');
		expect(message).toContain('does not evaluate the condition aws:PrincipalOrgID');
	});

	it('evaluates conditions on the tags of a repository and of the session', async () => {
		const describe = async (stage: string) => {
			const ecr = ecrOf(server);
			const onStage = { StringEquals: { 'ecr:ResourceTag/stage': '$', 'aws:PrincipalTag/team': 'a' } };
			const condition = JSON.parse(JSON.stringify(onStage).replace('$', stage)) as object;
			const session = await assume([allow('ecr:SetRepositoryPolicy', APP, condition)], {
				Tags: [{ Key: 'team', Value: 'a' }],
			});
			ecr.config.credentials = async () => session.credentials;
			await ecr.send(new SetRepositoryPolicyCommand({ repositoryName: 'app', policyText: '{"Statement":[]}' }));
		};
		await describe('dev');
		await expect(describe('prod')).rejects.toMatchObject({ name: 'AccessDeniedException' });
	});

	it('binds a session by its managed policies, and takes none that it does not know', async () => {
		const sts = new STSClient(clientConfig(server));
		const assumeWith = (arn: string) =>
			sts.send(new AssumeRoleCommand({ RoleArn: ROLE, RoleSessionName: 'test', PolicyArns: [{ arn }] }));
		const { Credentials } = await assumeWith(READ_ONLY);
		const ecr = ecrOf(server);
		ecr.config.credentials = async () => ({
			accessKeyId: Credentials?.AccessKeyId ?? '',
			secretAccessKey: '',
			sessionToken: Credentials?.SessionToken ?? '',
		});
		await expect(ecr.send(new GetAuthorizationTokenCommand({}))).rejects.toThrow('no session policy allows');
		await expect(assumeWith('arn:aws:iam::aws:policy/Unknown')).rejects.toMatchObject({
			name: 'MalformedPolicyDocumentException',
		});
	});

	it('lets a session assume another role only where its policies say so', async () => {
		const chain = async (statements: readonly object[]) =>
			new STSClient(await assume(statements)).send(new AssumeRoleCommand({ RoleArn: ROLE, RoleSessionName: 'two' }));
		await expect(chain([allow('ecr:*')])).rejects.toThrow(
			`is not authorized to perform: sts:AssumeRole on resource: ${ROLE} because no session policy allows`,
		);
		// Its policies let it; the trust policy of the role, which names the account alone, does too.
		expect((await chain([allow('sts:AssumeRole', ROLE)])).AssumedRoleUser?.Arn).toContain('/deploy/two');
	});

	it('asks for the service that is updated and for the role that a task is given', async () => {
		const service = (name: string) => `arn:aws:ecs:us-east-1:111111111111:service/default/${name}`;
		const update = async (resource: string) =>
			new ECSClient(await assume([allow('ecs:UpdateService', resource)])).send(
				new UpdateServiceCommand({ service: 'web', forceNewDeployment: true }),
			);
		expect((await update(service('web'))).service?.serviceName).toBe('web');
		await expect(update(service('api'))).rejects.toMatchObject({ name: 'AccessDeniedException' });

		const register = async (...statements: readonly object[]) =>
			new ECSClient(await assume([allow('ecs:RegisterTaskDefinition'), ...statements])).send(
				new RegisterTaskDefinitionCommand({ family: 'web', containerDefinitions: [], executionRoleArn: ROLE }),
			);
		await expect(register()).rejects.toThrow(`iam:PassRole on resource: ${ROLE}`);
		const toTasks = { StringEquals: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' } };
		await expect(register(allow('iam:PassRole', ROLE, toTasks))).rejects.not.toMatchObject({
			name: 'AccessDeniedException',
		});
	});
});
