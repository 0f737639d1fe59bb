import type {
	CreatePullThroughCacheRuleRequest,
	CreatePullThroughCacheRuleResponse,
	DeletePullThroughCacheRuleRequest,
	DeletePullThroughCacheRuleResponse,
	DescribePullThroughCacheRulesRequest,
	DescribePullThroughCacheRulesResponse,
	PullThroughCacheRule,
	UpdatePullThroughCacheRuleRequest,
	UpdatePullThroughCacheRuleResponse,
	ValidatePullThroughCacheRuleRequest,
	ValidatePullThroughCacheRuleResponse,
} from '@aws-sdk/client-ecr';
import type { Call, Operations } from '../aws/call.ts';
import { pageOf } from '../aws/paging.ts';
import { invalidParameter, ServiceError } from '../aws/service-error.ts';
import { type CacheRule, upstreamOf } from '../registry/pull-through.ts';
import { required } from './input.ts';

// The pattern and the lengths of the model.
const PREFIX = /^([a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*\/?|ROOT)$/;

function create(input: CreatePullThroughCacheRuleRequest, call: Call): CreatePullThroughCacheRuleResponse {
	const { own, world } = call;
	const prefix = prefixOf(input.ecrRepositoryPrefix, 'ecrRepositoryPrefix');
	const upstream = required(input.upstreamRegistryUrl, 'upstreamRegistryUrl').replace(/^https?:\/\//, '');
	assertOwn(input.registryId, call);
	assertNoSecret(input.credentialArn);
	if (own.cacheRules.has(prefix))
		throw new ServiceError(
			'PullThroughCacheRuleAlreadyExistsException',
			`A pull through cache rule with prefix '${prefix}' already exists in the registry with id '${own.account}'`,
		);
	if (upstreamOf(world.registries, upstream) === undefined)
		throw new ServiceError(
			'UnsupportedUpstreamRegistryException',
			`The upstream registry '${upstream}' is not one of this process: nothing is fetched from elsewhere`,
		);
	const { customRoleArn } = input;
	const rule: CacheRule = {
		prefix,
		upstream,
		upstreamPrefix: prefixOf(input.upstreamRepositoryPrefix ?? 'ROOT', 'upstreamRepositoryPrefix'),
		...(customRoleArn === undefined ? {} : { customRoleArn }),
		createdAt: world.clock.now(),
	};
	own.cacheRules.set(prefix, rule);
	const { updatedAt, ...shape } = shapeOf(rule, own.account);
	return shape;
}

function update(input: UpdatePullThroughCacheRuleRequest, call: Call): UpdatePullThroughCacheRuleResponse {
	assertOwn(input.registryId, call);
	const before = find(input.ecrRepositoryPrefix, call);
	assertNoSecret(input.credentialArn);
	const { customRoleArn } = input;
	const changed = customRoleArn === undefined ? {} : { customRoleArn };
	const rule: CacheRule = { ...before, ...changed, updatedAt: call.world.clock.now() };
	call.own.cacheRules.set(rule.prefix, rule);
	const { createdAt, upstreamRegistryUrl, upstreamRegistry, ...shape } = shapeOf(rule, call.own.account);
	return shape;
}

function validate(input: ValidatePullThroughCacheRuleRequest, call: Call): ValidatePullThroughCacheRuleResponse {
	assertOwn(input.registryId, call);
	const rule = find(input.ecrRepositoryPrefix, call);
	const isValid = upstreamOf(call.world.registries, rule.upstream) !== undefined;
	const { createdAt, updatedAt, upstreamRegistry, ...shape } = shapeOf(rule, call.own.account);
	return { ...shape, isValid, ...(isValid ? {} : { failure: `There is no registry at ${rule.upstream}` }) };
}

function describe(input: DescribePullThroughCacheRulesRequest, call: Call): DescribePullThroughCacheRulesResponse {
	const { own } = call;
	assertOwn(input.registryId, call);
	const all = input.ecrRepositoryPrefixes?.map((prefix) => find(prefix, call)) ?? [...own.cacheRules.values()];
	const { items, nextToken } = pageOf(all, input, 100, 1000);
	return { pullThroughCacheRules: items.map((rule) => shapeOf(rule, own.account)), nextToken };
}

function remove(input: DeletePullThroughCacheRuleRequest, call: Call): DeletePullThroughCacheRuleResponse {
	assertOwn(input.registryId, call);
	const rule = find(input.ecrRepositoryPrefix, call);
	call.own.cacheRules.delete(rule.prefix);
	const { updatedAt, upstreamRegistry, ...shape } = shapeOf(rule, call.own.account);
	return shape;
}

function prefixOf(given: string | undefined, name: string): string {
	const prefix = required(given, name);
	if (prefix.length < 2 || prefix.length > 30 || !PREFIX.test(prefix))
		throw invalidParameter(name, `must satisfy regular expression '${PREFIX.source}', of 2 to 30 characters`);
	return prefix.replace(/\/$/, '');
}

/** The rules of a registry are its own account's affair. */
function assertOwn(registryId: string | undefined, { own }: Call): void {
	if (registryId !== undefined && registryId !== own.account)
		throw invalidParameter('registryId', `must be the caller's own registry, ${own.account}`);
}

/** There is no Secrets Manager here, and no registry that would want a secret of it. */
function assertNoSecret(arn: string | undefined): void {
	if (arn !== undefined) throw new ServiceError('SecretNotFoundException', `The secret ${arn} was not found`);
}

function find(given: string | undefined, { own }: Call): CacheRule {
	const prefix = prefixOf(given, 'ecrRepositoryPrefix');
	const rule = own.cacheRules.get(prefix);
	if (rule !== undefined) return rule;
	throw new ServiceError(
		'PullThroughCacheRuleNotFoundException',
		`The pull through cache rule with prefix '${prefix}' does not exist in the registry with id '${own.account}'`,
	);
}

function shapeOf(rule: CacheRule, registryId: string): PullThroughCacheRule {
	return {
		ecrRepositoryPrefix: rule.prefix,
		upstreamRegistryUrl: rule.upstream,
		upstreamRegistry: 'ecr',
		upstreamRepositoryPrefix: rule.upstreamPrefix ?? 'ROOT',
		customRoleArn: rule.customRoleArn,
		createdAt: new Date(rule.createdAt),
		updatedAt: new Date(rule.updatedAt ?? rule.createdAt),
		registryId,
	};
}

export const cacheRuleOperations: Operations = {
	CreatePullThroughCacheRule: create,
	UpdatePullThroughCacheRule: update,
	ValidatePullThroughCacheRule: validate,
	DescribePullThroughCacheRules: describe,
	DeletePullThroughCacheRule: remove,
};
