import { chmod, mkdir, mkdtemp, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Context, createContext, createRunner, type Digest } from '@ecr-pipeline/core';
import { openRegistries } from '@ecr-pipeline/ecr';
import { type LocalEcr, startLocalEcr } from '@ecr-pipeline/local-ecr';
import { copyBelow, openOciLayout } from '@ecr-pipeline/registry';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ContainerSettings, PinInputs } from './inputs.ts';
import { pin } from './pin.ts';
import { summaryOf } from './summary.ts';

const LAYOUT = fileURLToPath(new URL('../../../examples/hello/layout', import.meta.url));
const NO_SETTINGS: ContainerSettings = {
	environment: new Map(),
	secrets: new Map(),
	logOptions: new Map(),
	dockerLabels: new Map(),
};

const TASK = [
	'\ufeff{',
	'\t// what runs',
	'\t"family": "hello",',
	'\t"requiresCompatibilities": ["FARGATE"], "networkMode": "awsvpc",',
	'\t"cpu": "256", "memory": "512",',
	'\t"containerDefinitions": [',
	'\t\t{ "name": "web", "image":   "old.example/team/hello:1.2" /* this one */, "cpu": 1.0e2 },',
	'\t\t{',
	'\t\t\t"name": "sidecar",',
	'\t\t\t"image": "public.ecr.aws/x/sidecar:3",',
	'\t\t\t"environment": [{ "name": "A", "value": "1" }],',
	'\t\t},',
	'\t],',
	'}',
	'',
].join('\r\n');

let ecr: LocalEcr;
let context: Context;
let workspace: string;
let host: string;
let digest: Digest;
let log: string;
const environment = { ...process.env };

beforeEach(async () => {
	ecr = await startLocalEcr({ region: 'eu-central-1', seeds: ['repositories: [team/hello]'] });
	workspace = await mkdtemp(join(tmpdir(), 'pin-'));
	await mkdir(join(workspace, 'temp'));
	host = (await ecr.registry()).host;
	log = '';
	const env = { ...ecr.environment(), GITHUB_WORKSPACE: workspace, RUNNER_TEMP: join(workspace, 'temp') };
	// The SDK's own credential chain and endpoints come from the process.
	Object.assign(process.env, env);
	context = createContext(
		createRunner(env, (text) => {
			log += text;
		}),
	);
	digest = await pushHello();
});

afterEach(async () => {
	process.env = { ...environment };
	await ecr.close();
	await rm(workspace, { recursive: true });
});

async function pushHello(): Promise<Digest> {
	const layout = await openOciLayout(LAYOUT, workspace);
	const repository = await (await openRegistries(context)).repository({ registry: host, repository: 'team/hello' });
	await copyBelow(layout, layout.root, repository, { concurrency: 4 });
	await repository.putManifest(layout.root);
	return layout.root.digest;
}

function inputs(change: Partial<PinInputs> = {}): PinInputs {
	return {
		taskDefinition: 'task.json',
		images: [{ containers: [], image: { registry: host, repository: 'team/hello', digest } }],
		settingsFor: [],
		settings: NO_SETTINGS,
		verifyImage: true,
		keepTag: false,
		register: false,
		deploy: { services: [], wait: false, waitMinutes: 1 },
		...change,
	};
}

async function writeTask(text = TASK): Promise<string> {
	const path = join(workspace, 'task.json');
	await writeFile(path, text);
	return path;
}

const calls = (operation: string): number =>
	ecr.requests().filter((entry) => entry.operation === `ecs:${operation}`).length;

describe('a file', () => {
	it('gets the digest, and keeps every other byte: byte order mark, CRLF, tabs, comments, numbers', async () => {
		const path = await writeTask();
		await chmod(path, 0o666);
		const result = await pin(inputs(), context);
		expect(await readFile(path, 'utf8')).toBe(
			TASK.replace('old.example/team/hello:1.2', `${host}/team/hello@${digest}`),
		);
		expect((await stat(path)).mode & 0o777).toBe(0o666);
		expect(result).toMatchObject({ path: 'task.json', changed: true, registered: false });
		expect(result.containers).toEqual([
			{
				name: 'web',
				before: 'old.example/team/hello:1.2',
				after: `${host}/team/hello@${digest}`,
				platforms: ['linux/amd64', 'linux/arm64'],
			},
		]);
		expect(result.diff).toContain('-\t\t{ "name": "web", "image":   "old.example/team/hello:1.2"');
	});

	it('is left alone, with its time, when it says so already', async () => {
		const path = await writeTask();
		await pin(inputs(), context);
		await utimes(path, 1000, 1000);
		const again = await pin(inputs(), context);
		expect(again).toMatchObject({ changed: false, diff: '' });
		expect((await stat(path)).mtimeMs).toBe(1_000_000);
		expect(summaryOf(again)).toContain('Nothing changed');
	});

	it('stays as it was when the result goes elsewhere', async () => {
		const path = await writeTask();
		const first = await pin(inputs({ outputFile: 'out/task.json' }), context);
		expect(first).toMatchObject({ path: 'out/task.json', changed: true });
		expect(await readFile(path, 'utf8')).toBe(TASK);
		expect(await readFile(join(workspace, 'out/task.json'), 'utf8')).toContain(digest);
		expect((await pin(inputs({ outputFile: 'out/task.json' }), context)).changed).toBe(false);
	});

	it('gets settings merged in by name, values with "=" whole', async () => {
		const path = await writeTask();
		const settings: ContainerSettings = {
			environment: new Map([
				['A', 'x=y=='],
				['B', ''],
			]),
			secrets: new Map([['KEY', 'arn:aws:ssm:eu-central-1:1:parameter/key']]),
			logDriver: 'awslogs',
			logOptions: new Map([['awslogs-group', '/ecs/hello']]),
			dockerLabels: new Map([['com.example/route', 'Host=`x`']]),
		};
		const result = await pin(inputs({ settings, settingsFor: ['sidecar'] }), context);
		expect(result.settingsChanged).toEqual(['sidecar']);
		const text = await readFile(path, 'utf8');
		expect(text).toContain('[{ "name": "A", "value": "x=y==" }, { "name": "B", "value": "" }]');
		expect(text).toContain('"secrets": [\r\n');
		expect(text).toContain('"awslogs-group": "/ecs/hello"');
		expect(text).toContain('"com.example/route": "Host=`x`"');
		expect(text.replace(/\r\n/g, '')).not.toContain('\n');
		expect((await pin(inputs({ settings, settingsFor: ['sidecar'] }), context)).changed).toBe(false);
	});

	it('keeps the tag before the digest when asked to', async () => {
		const path = await writeTask();
		await pin(inputs({ keepTag: true }), context);
		expect(await readFile(path, 'utf8')).toContain(`"${host}/team/hello:1.2@${digest}"`);
	});
});

describe('nothing is written', () => {
	const untouched = async (change: Partial<PinInputs>, why: RegExp): Promise<void> => {
		const path = await writeTask();
		await expect(pin(inputs(change), context)).rejects.toThrow(why);
		expect(await readFile(path, 'utf8')).toBe(TASK);
		expect(calls('RegisterTaskDefinition')).toBe(0);
	};
	const image = () => ({ registry: host, repository: 'team/hello', digest });

	it('for a container that is not there: those that are, and the nearest', async () => {
		await untouched(
			{ images: [{ containers: ['sidcar'], image: image() }] },
			/no container "sidcar" in task\.json: it has web, sidecar\. Did you mean "sidecar"\?/,
		);
	});

	it('for a repository that no container runs', async () => {
		await untouched(
			{ images: [{ containers: [], image: { ...image(), repository: 'team/other' } }] },
			/No container of task\.json runs the repository team\/other: it has web \(old\.example\/team\/hello:1\.2\)/,
		);
	});

	it('for a digest that is not in its registry', async () => {
		const missing: Digest = `sha256:${'0'.repeat(64)}`;
		await untouched(
			{ images: [{ containers: [], image: { ...image(), digest: missing } }] },
			/team\/hello@sha256:0+ is not there/,
		);
	});

	it('for a secret that has the name of a variable', async () => {
		const settings = { ...NO_SETTINGS, secrets: new Map([['A', 'arn:aws:ssm:eu-central-1:1:parameter/a']]) };
		await untouched(
			{ settings, settingsFor: ['sidecar'] },
			/"sidecar" would have "A" as environment variable and as secret/,
		);
	});

	it('for a service that is not there', async () => {
		await untouched(
			{ register: true, deploy: { services: ['web'], wait: false, waitMinutes: 1 } },
			/Could not describe the service web \(cluster default\): MISSING/,
		);
	});

	it('for a path out of the workspace, also through a link', async () => {
		const outside = await mkdtemp(join(tmpdir(), 'outside-'));
		await symlink(outside, join(workspace, 'link'));
		await untouched({ outputFile: '../task.json' }, /leads out of the workspace/);
		await untouched({ outputFile: 'link/task.json' }, /leads out of the workspace/);
		await rm(outside, { recursive: true });
	});
});

describe('a revision', () => {
	it('is registered once', async () => {
		await writeTask();
		const first = await pin(inputs({ register: true }), context);
		expect(first).toMatchObject({ registered: true, changed: true });
		expect(first.arn).toMatch(/^arn:aws:ecs:eu-central-1:111111111111:task-definition\/hello:1$/);
		const second = await pin(inputs({ register: true }), context);
		expect(second).toMatchObject({ registered: false, changed: false, arn: first.arn });
		expect(calls('RegisterTaskDefinition')).toBe(1);
	});

	it('is not registered with a field that would get lost on the way, and the file stays', async () => {
		const misspelt = TASK.replace('"cpu": 1.0e2', '"enviroment": []');
		const path = await writeTask(misspelt);
		await expect(pin(inputs({ register: true }), context)).rejects.toThrow(
			/ECS has no field containerDefinitions\[0\]\.enviroment/,
		);
		expect(calls('RegisterTaskDefinition')).toBe(0);
		expect(await readFile(path, 'utf8')).toBe(misspelt);
	});

	it('comes of the newest one of a family, without its read-only fields', async () => {
		await writeTask();
		await pin(
			inputs({
				register: true,
				images: [{ containers: ['web'], image: { registry: host, repository: 'team/hello', digest } }],
			}),
			context,
		);
		const same = await pin(inputs({ taskDefinition: 'hello', register: true }), context);
		expect(same).toMatchObject({ changed: false, registered: false, diff: '' });
		const settings = { ...NO_SETTINGS, environment: new Map([['NEW', '1']]) };
		const next = await pin(inputs({ taskDefinition: 'hello', register: true, settings }), context);
		expect(next).toMatchObject({ changed: true, registered: true });
		expect(next.arn).toMatch(/hello:2$/);
		expect(next.previousArn).toMatch(/hello:1$/);
		expect(next.path).toBe(join(workspace, 'temp', 'task-definition-hello.json'));
		expect(JSON.parse(await readFile(next.path, 'utf8'))).not.toHaveProperty('taskDefinitionArn');
		expect((await pin(inputs({ taskDefinition: same.arn ?? '' }), context)).changed).toBe(false);
	});

	it('that does not exist is an error', async () => {
		await expect(pin(inputs({ taskDefinition: 'nothing' }), context)).rejects.toThrow(
			/no active revision of that family/,
		);
		await expect(pin(inputs({ taskDefinition: 'no/thing.json' }), context)).rejects.toThrow(/there is no such file/);
	});
});

describe('a service', () => {
	const deploy = { services: ['web'], cluster: 'main', wait: true, waitMinutes: 1 };

	async function seed(outcome: 'succeed' | 'roll-back', rolloutSeconds: number): Promise<void> {
		const old = { family: 'hello', containerDefinitions: [{ name: 'web', image: 'old.example/team/hello:1.2' }] };
		const services = [
			{ cluster: 'main', name: 'web', taskDefinition: 'hello', desiredCount: 2, outcome, rolloutSeconds },
		];
		await ecr.seed(JSON.stringify({ ecs: [{ clusters: ['main'], taskDefinitions: [old], services }] }));
	}

	it('is updated, waited for, and left alone the next time', async () => {
		await writeTask();
		await seed('succeed', 0.5);
		const first = await pin(inputs({ register: true, deploy }), context);
		expect(first.failure).toBeUndefined();
		expect(first.deployments).toMatchObject([{ service: 'web', cluster: 'main', outcome: 'completed', changed: true }]);
		expect(first.previousArn).toMatch(/hello:1$/);
		expect(log).toContain('deployment completed.');
		expect(summaryOf(first)).toContain(
			`aws ecs update-service --cluster main --service web --task-definition ${first.previousArn}`,
		);
		const second = await pin(inputs({ register: true, deploy }), context);
		expect(second).toMatchObject({ changed: false, deployments: [{ outcome: 'completed', changed: false }] });
		expect(calls('UpdateService')).toBe(1);
	});

	it('that rolls back is a failure with events and stopped tasks, and the revision is still an output', async () => {
		await writeTask();
		await seed('roll-back', 0.3);
		const result = await pin(inputs({ register: true, deploy }), context);
		expect(result.arn).toMatch(/hello:2$/);
		expect(result.deployments).toMatchObject([{ outcome: 'rolled-back' }]);
		const message = result.failure?.message ?? '';
		expect(message).toContain(
			'The deployment of hello:2 to the service web (cluster main) was rolled back to hello:1: ',
		);
		expect(message).toContain('the circuit breaker counted 3 failed tasks, its threshold is 3');
		expect(message).toContain('deployment failed: tasks failed to start.');
		expect(message).toMatch(/3 × EssentialContainerExited: Essential container in task exited \[web: exit code 1/);
		expect(message).toContain('see its log');
	});

	it('that does not end in time is a failure that says so', async () => {
		await writeTask();
		await seed('succeed', 3600);
		let passed = 0;
		const clock = {
			now: () => passed,
			sleep: async (ms: number) => {
				passed += ms;
			},
		};
		const result = await pin(inputs({ register: true, deploy }), { ...context, clock });
		expect(passed).toBe(60_000);
		expect(result.failure?.message).toMatch(/did not end in time \(circuit breaker on\): IN_PROGRESS/);
		expect(log).toMatch(/web \(cluster main\): IN_PROGRESS, 0 of 2 tasks run, 2 pending/);
	});

	it('that nobody waits for is only started', async () => {
		await writeTask();
		await seed('succeed', 3600);
		const result = await pin(inputs({ register: true, deploy: { ...deploy, wait: false } }), context);
		expect(result.deployments).toMatchObject([{ outcome: 'started', changed: true }]);
		expect(calls('ListServiceDeployments')).toBe(0);
	});
});
