import type { Principal } from '../aws/credentials.ts';
import { assertPermitted, repositoryArn } from '../aws/permissions.ts';
import { decide } from '../aws/policy.ts';
import { accessDenied } from '../aws/service-error.ts';
import { type Registry, repositoryOf } from './registry.ts';
import type { Repository } from './repository.ts';

/**
 * The repository, for someone who may do this in it: its own account unless the repository policy denies it, another
 * account only when the policy allows it; and no one whose own policies do not.
 * @param action `ecr:PutImage`
 * @throws ServiceError RepositoryNotFoundException, AccessDeniedException
 */
export function accessRepository(registry: Registry, principal: Principal, name: string, action: string): Repository {
	assertPermitted(principal, action, repositoryArn(registry.region, registry.account, name));
	const repository = repositoryOf(registry, name);
	const decision = decide(repository.policy, principal, action);
	if (decision === 'allowed' || (decision === 'silent' && principal.account === registry.account)) return repository;
	throw accessDenied(
		principal.arn,
		action,
		repository.arn,
		decision === 'denied'
			? 'with an explicit deny in a resource-based policy'
			: `because no resource-based policy allows the ${action} action`,
	);
}
