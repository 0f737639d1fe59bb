import { contextOf } from '../aws/context.ts';
import type { Principal } from '../aws/credentials.ts';
import { assertPermitted, notEvaluated, repositoryArn } from '../aws/permissions.ts';
import { type Decision, decide } from '../aws/policy.ts';
import { accessDenied } from '../aws/service-error.ts';
import { type Registry, repositoryOf } from './registry.ts';
import type { Repository } from './repository.ts';

/**
 * The repository, for someone who may do this in it: its own account unless a resource policy denies it, another account
 * only when one allows it; and no one whose own policies do not. The policy of the registry counts as that of each of its
 * repositories (REGISTRY_POLICY_SCOPE V2, PutAccountSetting).
 * @param action `ecr:PutImage`
 * @throws ServiceError RepositoryNotFoundException, AccessDeniedException
 */
export function accessRepository(registry: Registry, principal: Principal, name: string, action: string): Repository {
	const asked = registry.region === 'public' ? action.replace(/^ecr:/, 'ecr-public:') : action;
	const arn = repositoryArn(registry.region, registry.account, name);
	const facts = factsOf(registry, name);
	assertPermitted(principal, asked, arn, facts);
	const repository = repositoryOf(registry, name);
	const context = contextOf(principal, arn, facts);
	const decisions = [
		repository.policy,
		registry.settings.get('REGISTRY_POLICY_SCOPE') === 'V2' ? registry.policy : undefined,
	]
		.filter((policy) => policy !== undefined)
		.map((policy) => decide(policy, 'resource', { principal, action: asked, resource: arn, context }));
	const denied = decisions.some(({ decision }) => decision === 'denied');
	const allowed = principal.account === registry.account || decisions.some(({ decision }) => decision === 'allowed');
	if (allowed && !denied) return repository;
	const why = denied
		? 'with an explicit deny in a resource-based policy'
		: `because no resource-based policy allows the ${asked} action`;
	throw accessDenied(principal.arn, asked, arn, why + notEvaluated(decisions.flatMap(({ unknown }) => unknown)));
}

/** Whether the policy of a registry lets another account's registry in, for what ECR does by itself. */
export function registryAllows(registry: Registry, account: string, action: string, name: string): boolean {
	if (registry.policy === undefined) return false;
	const principal = { account, arn: `arn:aws:iam::${account}:root`, userId: account };
	const resource = repositoryArn(registry.region, registry.account, name);
	const context = contextOf(principal, resource, factsOf(registry, name));
	const { decision }: Decision = decide(registry.policy, 'resource', { principal, action, resource, context });
	return decision === 'allowed';
}

function factsOf(registry: Registry, name: string) {
	return {
		now: registry.now(),
		secure: registry.endpoint.startsWith('https:'),
		resourceTags: Object.fromEntries(registry.repositories.get(name)?.resourceTags ?? []),
		requestTags: {},
	};
}
