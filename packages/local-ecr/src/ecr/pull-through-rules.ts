import type {
	CreatePullThroughCacheRuleRequest,
	CreatePullThroughCacheRuleResponse,
	DeletePullThroughCacheRuleRequest,
	DeletePullThroughCacheRuleResponse,
	DescribePullThroughCacheRulesRequest,
	DescribePullThroughCacheRulesResponse,
} from '@aws-sdk/client-ecr';
import type { Call, Operations } from '../aws/call.ts';
import { pageOf } from '../aws/paging.ts';
import { ServiceError } from '../aws/service-error.ts';
import { type CacheRule, upstreamOf } from '../registry/pull-through.ts';
import { required } from './input.ts';

function create(input: CreatePullThroughCacheRuleRequest, { own, world }: Call): CreatePullThroughCacheRuleResponse {
	const prefix = required(input.ecrRepositoryPrefix, 'ecrRepositoryPrefix');
	const upstream = required(input.upstreamRegistryUrl, 'upstreamRegistryUrl').replace(/^https?:\/\//, '');
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
	const rule: CacheRule = { prefix, upstream, createdAt: world.clock.now() };
	own.cacheRules.set(prefix, rule);
	return shapeOf(rule, own.account);
}

function describe(input: DescribePullThroughCacheRulesRequest, call: Call): DescribePullThroughCacheRulesResponse {
	const { own } = call;
	const all = input.ecrRepositoryPrefixes?.map((prefix) => find(prefix, call)) ?? [...own.cacheRules.values()];
	const { items, nextToken } = pageOf(all, input, 100, 1000);
	return { pullThroughCacheRules: items.map((rule) => shapeOf(rule, own.account)), nextToken };
}

function remove(input: DeletePullThroughCacheRuleRequest, call: Call): DeletePullThroughCacheRuleResponse {
	const rule = find(input.ecrRepositoryPrefix, call);
	call.own.cacheRules.delete(rule.prefix);
	return shapeOf(rule, call.own.account);
}

function find(prefix: string | undefined, { own }: Call): CacheRule {
	const rule = own.cacheRules.get(required(prefix, 'ecrRepositoryPrefix'));
	if (rule !== undefined) return rule;
	throw new ServiceError(
		'PullThroughCacheRuleNotFoundException',
		`The pull through cache rule with prefix '${prefix}' does not exist in the registry with id '${own.account}'`,
	);
}

function shapeOf({ prefix, upstream, createdAt }: CacheRule, registryId: string): CreatePullThroughCacheRuleResponse {
	return {
		ecrRepositoryPrefix: prefix,
		upstreamRegistryUrl: upstream,
		createdAt: new Date(createdAt),
		registryId,
	};
}

export const cacheRuleOperations: Operations = {
	CreatePullThroughCacheRule: create,
	DescribePullThroughCacheRules: describe,
	DeletePullThroughCacheRule: remove,
};
