import { describe, expect, it } from '@jest/globals';
import { registrable } from './definition.ts';
import { isSameDefinition } from './equivalence.ts';
import type { JsonObject } from './json-style.ts';

const WRITTEN: JsonObject = {
	family: 'web',
	networkMode: 'awsvpc',
	requiresCompatibilities: ['FARGATE'],
	cpu: '.5 vCPU',
	memory: '1 GB',
	containerDefinitions: [
		{
			name: 'web',
			image: 'r.example/web@sha256:1',
			portMappings: [{ containerPort: 80 }],
			environment: [
				{ name: 'B', value: '' },
				{ name: 'A', value: '1' },
			],
			healthCheck: { command: ['CMD', 'true'] },
			secrets: [
				{ name: 'D', valueFrom: 'd' },
				{ name: 'C', valueFrom: 'c' },
			],
		},
		{ name: 'log', image: 'r.example/log@sha256:2', essential: false },
	],
};

// What ECS gives back for it.
const REGISTERED: JsonObject = {
	taskDefinitionArn: 'arn:aws:ecs:eu-west-1:111111111111:task-definition/web:7',
	family: 'web',
	revision: 7,
	status: 'ACTIVE',
	requiresAttributes: [{ name: 'ecs.capability.execution-role-ecr-pull' }],
	compatibilities: ['EC2', 'FARGATE'],
	registeredAt: 1700000000,
	registeredBy: 'arn:aws:iam::111111111111:role/x',
	deleteRequestedAt: 1700000001,
	networkMode: 'awsvpc',
	requiresCompatibilities: ['FARGATE'],
	cpu: '512',
	memory: '1024',
	volumes: [],
	placementConstraints: [],
	tags: [],
	containerDefinitions: [
		{
			name: 'log',
			image: 'r.example/log@sha256:2',
			cpu: 0,
			essential: false,
			portMappings: [],
			environment: [],
			mountPoints: [],
			volumesFrom: [],
			systemControls: [],
		},
		{
			name: 'web',
			image: 'r.example/web@sha256:1',
			cpu: 0,
			essential: true,
			portMappings: [{ containerPort: 80, hostPort: 80, protocol: 'tcp' }],
			environment: [
				{ name: 'A', value: '1' },
				{ name: 'B', value: '' },
			],
			mountPoints: [],
			volumesFrom: [],
			systemControls: [],
			healthCheck: { command: ['CMD', 'true'], interval: 30, timeout: 5, retries: 3 },
			secrets: [
				{ name: 'C', valueFrom: 'c' },
				{ name: 'D', valueFrom: 'd' },
			],
		},
	],
};

function withContainer(change: JsonObject): JsonObject {
	const [web = {}, ...others] = WRITTEN.containerDefinitions as readonly JsonObject[];
	return { ...WRITTEN, containerDefinitions: [{ ...web, ...change }, ...others] };
}

describe('two definitions', () => {
	it('are the same when ECS only added its defaults and its own fields', () => {
		expect(isSameDefinition(WRITTEN, REGISTERED)).toBe(true);
	});

	it.each<[string, JsonObject]>([
		['another image', withContainer({ image: 'r.example/web@sha256:3' })],
		[
			'another value',
			withContainer({
				environment: [
					{ name: 'A', value: '1' },
					{ name: 'B', value: 'x' },
				],
			}),
		],
		['a container that is not essential', withContainer({ essential: false })],
		['another port', withContainer({ portMappings: [{ containerPort: 81 }] })],
		['another command order', withContainer({ command: ['a', 'b'] })],
		['less memory', { ...WRITTEN, memory: '512' }],
		['a tag', { ...WRITTEN, tags: [{ key: 'team', value: 'x' }] }],
	])('differ with %s', (_, changed) => {
		expect(isSameDefinition(changed, REGISTERED)).toBe(false);
	});
});

it('leaves out of a registration what ECS refuses there', () => {
	const kept = registrable({ ...REGISTERED, pidMode: null });
	expect(Object.keys(kept).sort()).toEqual([
		'containerDefinitions',
		'cpu',
		'family',
		'memory',
		'networkMode',
		'placementConstraints',
		'requiresCompatibilities',
		'volumes',
	]);
});
