import type { Registry } from '../registry/registry.ts';
import type { World } from '../world.ts';
import { partitionOf } from './arn.ts';
import type { Facts } from './context.ts';
import type { Principal } from './credentials.ts';
import { assertPermitted, repositoryArn } from './permissions.ts';

/** A call of an AWS API, before anything looks whether what it names is there. */
export interface AuthorizedCall {
	readonly service: string;
	readonly operation: string;
	readonly input: Readonly<Record<string, unknown>>;
	readonly principal: Principal;
	readonly region: string;
}

/** Lets pass what the policies of the caller allow, by the action and the resources of each service. @throws ServiceError */
export function authorize(world: World, call: AuthorizedCall): void {
	if (call.principal.policies === undefined) return;
	const facts = { now: world.clock.now(), secure: world.apiOrigin().startsWith('https:'), region: call.region };
	if (call.service === 'ecr') authorizeEcr(world, call, facts);
	else if (call.service === 'ecr-public') authorizeEcrPublic(call, facts);
	else if (call.service === 'ecs') authorizeEcs(call, facts);
	else assertPermitted(call.principal, `${call.service}:${call.operation}`, '*', facts);
}

/** Calls that are another action's: "ListImageReferrers requires ecr:BatchGetImage" (API reference, ListImageReferrers). */
const ECR_ACTIONS: Readonly<Record<string, string>> = { ListImageReferrers: 'BatchGetImage' };

function authorizeEcr(world: World, { principal, region, operation, input }: AuthorizedCall, facts: Facts): void {
	const action = `ecr:${ECR_ACTIONS[operation] ?? operation}`;
	const account = typeof input.registryId === 'string' ? input.registryId : principal.account;
	const registry = world.registries.find(account, region);
	for (const resource of resourcesOf(input, operation, (name) => repositoryArn(region, account, name)))
		assertPermitted(principal, action, resource, {
			...facts,
			resourceTags: tagsOfResource(registry, resource),
			requestTags: requestTags(input),
		});
}

/** The token of ECR Public needs a second permission (ECR Public API reference, GetAuthorizationToken). */
function authorizeEcrPublic({ principal, operation, input }: AuthorizedCall, facts: Facts): void {
	const arnOf = (name: string) => repositoryArn('public', principal.account, name);
	for (const resource of resourcesOf(input, operation, arnOf))
		assertPermitted(principal, `ecr-public:${operation}`, resource, { ...facts, requestTags: requestTags(input) });
	if (operation === 'GetAuthorizationToken') assertPermitted(principal, 'sts:GetServiceBearerToken', '*', facts);
}

/** ECR calls that are about the repositories of a registry, and not about the registry as a whole. */
const LISTING = new Set(['DescribeRepositories']);

function resourcesOf(
	input: AuthorizedCall['input'],
	operation: string,
	arnOf: (name: string) => string,
): readonly string[] {
	if (typeof input.repositoryName === 'string') return [arnOf(input.repositoryName)];
	if (Array.isArray(input.repositoryNames) && input.repositoryNames.length > 0)
		return input.repositoryNames.map((name) => arnOf(String(name)));
	if (typeof input.resourceArn === 'string') return [input.resourceArn];
	return [LISTING.has(operation) ? arnOf('*') : '*'];
}

function tagsOfResource(registry: Registry | undefined, arn: string): Readonly<Record<string, string>> {
	const name = arn.split(':repository/')[1] ?? '';
	return Object.fromEntries(registry?.repositories.get(name)?.resourceTags ?? []);
}

function requestTags({ tags, tagKeys }: AuthorizedCall['input']): Readonly<Record<string, string>> {
	const set = (Array.isArray(tags) ? tags : []) as readonly { readonly Key?: string; readonly Value?: string }[];
	const removed = Array.isArray(tagKeys) ? tagKeys.map((key): [string, string] => [String(key), '']) : [];
	return Object.fromEntries([...set.map(({ Key = '', Value = '' }): [string, string] => [Key, Value]), ...removed]);
}

/** Service Authorization Reference, "Amazon Elastic Container Service": what has no resource of its own is asked on `*`. */
function authorizeEcs({ principal, region, operation, input }: AuthorizedCall, facts: Facts): void {
	const arn = (what: string) => `arn:${partitionOf(region)}:ecs:${region}:${principal.account}:${what}`;
	const cluster = (typeof input.cluster === 'string' ? input.cluster : 'default').split('/').at(-1) ?? '';
	const named = (value: unknown, kind: string) =>
		textsOf(value).map((name) => (name.startsWith('arn:') ? name : arn(`${kind}/${cluster}/${name}`)));
	const resources: Readonly<Record<string, readonly string[]>> = {
		CreateService: named(input.serviceName, 'service'),
		UpdateService: named(input.service, 'service'),
		DescribeServices: named(input.services, 'service'),
		ListServiceDeployments: named(input.service, 'service'),
		DescribeServiceDeployments: textsOf(input.serviceDeploymentArns),
		ListTasks: [arn(`container-instance/${cluster}/*`)],
		DescribeTasks: named(input.tasks, 'task'),
	};
	const keys = { 'ecs:cluster': [arn(`cluster/${cluster}`)] };
	const own = resources[operation] ?? [];
	// A call that names nothing is no way around the question.
	for (const resource of own.length === 0 ? ['*'] : own)
		assertPermitted(principal, `ecs:${operation}`, resource, { ...facts, keys });
	if (operation !== 'RegisterTaskDefinition') return;
	if (textsOf(input.tags).length > 0)
		assertPermitted(principal, 'ecs:TagResource', arn(`task-definition/${String(input.family)}:*`), facts);
	const passed = { ...facts, keys: { 'iam:PassedToService': ['ecs-tasks.amazonaws.com'] } };
	for (const role of [input.taskRoleArn, input.executionRoleArn])
		if (typeof role === 'string') assertPermitted(principal, 'iam:PassRole', role, passed);
}

function textsOf(value: unknown): readonly string[] {
	if (value === undefined) return [];
	return (Array.isArray(value) ? value : [value]).map(String);
}
