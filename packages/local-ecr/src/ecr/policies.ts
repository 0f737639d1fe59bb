import type {
	GetRepositoryPolicyRequest,
	GetRepositoryPolicyResponse,
	SetRepositoryPolicyRequest,
	SetRepositoryPolicyResponse,
} from '@aws-sdk/client-ecr';
import type { Call, Operations } from '../aws/call.ts';
import { policyProblems } from '../aws/policy.ts';
import { invalidParameter, ServiceError } from '../aws/service-error.ts';
import { type RepositoryInput, required, type Target, targetOf } from './input.ts';
import { identityShape } from './shapes.ts';

function set(input: SetRepositoryPolicyRequest, call: Call): SetRepositoryPolicyResponse {
	const { registry, repository } = targetOf(input, call);
	const policyText = required(input.policyText, 'policyText');
	assertPolicy(policyText, 'repository');
	repository.policy = policyText;
	return { ...identityShape(registry, repository), policyText };
}

function get(input: GetRepositoryPolicyRequest, call: Call): GetRepositoryPolicyResponse {
	const target = targetOf(input, call);
	return { ...identityShape(target.registry, target.repository), policyText: policyOf(target) };
}

function remove(input: RepositoryInput, call: Call): GetRepositoryPolicyResponse {
	const target = targetOf(input, call);
	const policyText = policyOf(target);
	target.repository.policy = undefined;
	return { ...identityShape(target.registry, target.repository), policyText };
}

function policyOf({ registry, repository }: Target): string {
	if (repository.policy !== undefined) return repository.policy;
	throw new ServiceError(
		'RepositoryPolicyNotFoundException',
		`Repository policy does not exist for the repository with name '${repository.name}' in the registry with id '${registry.account}'`,
	);
}

/** @throws ServiceError InvalidParameterException */
export function assertPolicy(policyText: string, what: string): void {
	const problems = policyProblems(policyText, 'resource');
	if (problems.length > 0)
		throw invalidParameter('PolicyText', `Invalid ${what} policy provided: ${problems.join(', ')}`);
}

export const policyOperations: Operations = {
	SetRepositoryPolicy: set,
	GetRepositoryPolicy: get,
	DeleteRepositoryPolicy: remove,
};
