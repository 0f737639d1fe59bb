import {
	CreateClusterCommand,
	CreateServiceCommand,
	DescribeServiceDeploymentsCommand,
	DescribeServicesCommand,
	DescribeTaskDefinitionCommand,
	DescribeTasksCommand,
	ECSClient,
	ListServiceDeploymentsCommand,
	ListTaskDefinitionsCommand,
	ListTasksCommand,
	RegisterTaskDefinitionCommand,
	UpdateServiceCommand,
} from '@aws-sdk/client-ecs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { clientConfig } from '../../test/support.ts';
import { type LocalEcr, startLocalEcr } from '../server/start.ts';

const SERVICE = { name: 'web', taskDefinition: 'web', desiredCount: 2, rolloutSeconds: 60 };
const DEFINITION = { family: 'web', containerDefinitions: [{ name: 'web', image: 'web:1', memory: 128 }] };

describe('ECS', () => {
	let server: LocalEcr;
	let ecs: ECSClient;
	const register = (image: string) =>
		ecs.send(
			new RegisterTaskDefinitionCommand({
				family: 'web',
				containerDefinitions: [{ name: 'web', image }],
				tags: [{ key: 'by', value: 'test' }],
			}),
		);
	const update = async (image: string) => {
		const { taskDefinition } = await register(image);
		const arn = taskDefinition?.taskDefinitionArn ?? '';
		await ecs.send(new UpdateServiceCommand({ service: 'web', taskDefinition: arn }));
		return arn;
	};
	const describeService = async () =>
		(await ecs.send(new DescribeServicesCommand({ services: ['web'] }))).services?.[0];
	const newestDeployment = async () => {
		const { serviceDeployments = [] } = await ecs.send(new ListServiceDeploymentsCommand({ service: 'web' }));
		const arn = serviceDeployments[0]?.serviceDeploymentArn ?? '';
		const described = await ecs.send(new DescribeServiceDeploymentsCommand({ serviceDeploymentArns: [arn] }));
		return described.serviceDeployments?.[0];
	};
	const seed = (outcome: string) =>
		JSON.stringify({ ecs: [{ taskDefinitions: [DEFINITION], services: [{ ...SERVICE, outcome }] }] });

	beforeEach(async () => {
		server = await startLocalEcr({ seeds: [seed('succeed')] });
		ecs = new ECSClient(clientConfig(server));
	});
	afterEach(() => server.close());

	it('registers a revision every time, with its defaults, and finds it by family, revision and ARN', async () => {
		const second = (await register('web:2')).taskDefinition;
		await register('web:2');
		const find = async (taskDefinition: string, include?: 'TAGS'[]) =>
			ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition, ...(include === undefined ? {} : { include }) }));

		expect((await find('web')).taskDefinition?.revision).toBe(3);
		expect((await find('web:2')).taskDefinition).toEqual(second);
		expect((await find(second?.taskDefinitionArn ?? '')).tags).toBeUndefined();
		expect((await find('web', ['TAGS'])).tags).toEqual([{ key: 'by', value: 'test' }]);
		expect(second).toMatchObject({
			taskDefinitionArn: 'arn:aws:ecs:us-east-1:111111111111:task-definition/web:2',
			status: 'ACTIVE',
			registeredAt: expect.any(Date),
			containerDefinitions: [
				{ name: 'web', image: 'web:2', cpu: 0, essential: true, environment: [], mountPoints: [] },
			],
		});
		const { taskDefinitionArns } = await ecs.send(
			new ListTaskDefinitionsCommand({ familyPrefix: 'web', sort: 'DESC' }),
		);
		expect(taskDefinitionArns?.map((arn) => arn.split(':').at(-1))).toEqual(['3', '2', '1']);
		await expect(find('none')).rejects.toMatchObject({ name: 'ClientException' });
	});

	it('rolls out an update in its time, and says so in both APIs', async () => {
		const before = await describeService();
		const arn = await update('web:2');
		const during = await describeService();
		const running = await newestDeployment();
		server.advance(60);
		const after = await describeService();

		expect(before?.deployments).toHaveLength(1);
		expect(during?.deployments?.map(({ status, rolloutState }) => [status, rolloutState])).toEqual([
			['PRIMARY', 'IN_PROGRESS'],
			['ACTIVE', 'COMPLETED'],
		]);
		expect(during?.currentServiceDeployment).toBe(running?.serviceDeploymentArn);
		expect(running?.status).toBe('IN_PROGRESS');
		expect(after).toMatchObject({
			taskDefinition: arn,
			runningCount: 2,
			deployments: [{ status: 'PRIMARY', rolloutState: 'COMPLETED', taskDefinition: arn }],
		});
		expect(after?.currentServiceDeployment).toBeUndefined();
		expect((await newestDeployment())?.status).toBe('SUCCESSFUL');
	});

	it('rolls back by circuit breaker when it is told to, with events and stopped tasks that say why', async () => {
		await server.seed(seed('roll-back'));
		const previous = (await describeService())?.taskDefinition;
		await update('web:broken');
		server.advance(60);
		const back = await describeService();
		const rolling = await newestDeployment();
		server.advance(60);
		const done = await newestDeployment();
		const { taskArns = [] } = await ecs.send(new ListTasksCommand({ serviceName: 'web', desiredStatus: 'STOPPED' }));
		const { tasks = [] } = await ecs.send(new DescribeTasksCommand({ tasks: taskArns }));

		expect(back?.taskDefinition).toBe(previous);
		expect(back?.events?.map(({ message }) => message).join('\n')).toContain('deployment failed');
		expect(rolling).toMatchObject({
			status: 'ROLLBACK_IN_PROGRESS',
			deploymentCircuitBreaker: { status: 'TRIGGERED' },
		});
		expect(done).toMatchObject({ status: 'ROLLBACK_SUCCESSFUL', rollback: { reason: expect.any(String) } });
		expect(tasks).toHaveLength(3);
		expect(tasks[0]).toMatchObject({ stopCode: 'EssentialContainerExited', containers: [{ exitCode: 1 }] });
		const failedId = rolling?.serviceDeploymentArn?.split('/').at(-1);
		expect(tasks.map(({ startedBy }) => startedBy)).toEqual(Array(3).fill(`ecs-svc/${failedId}`));
	});

	it('goes back to what ran, not to the deployment that failed before', async () => {
		await server.seed(seed('roll-back'));
		const running = (await describeService())?.taskDefinition;
		await update('web:broken');
		server.advance(120);
		await update('web:broken-too');
		server.advance(120);

		expect((await describeService())?.taskDefinition).toBe(running);
	});

	it('is set up through its own API too', async () => {
		await ecs.send(new CreateClusterCommand({ clusterName: 'blue' }));
		const create = () =>
			ecs.send(new CreateServiceCommand({ cluster: 'blue', serviceName: 'api', taskDefinition: 'web' }));
		expect((await create()).service).toMatchObject({ serviceName: 'api', desiredCount: 1 });
		await expect(create()).rejects.toMatchObject({ name: 'InvalidParameterException' });
		const missing = ecs.send(new UpdateServiceCommand({ cluster: 'green', service: 'api' }));
		await expect(missing).rejects.toMatchObject({ name: 'ClusterNotFoundException' });
	});
});
