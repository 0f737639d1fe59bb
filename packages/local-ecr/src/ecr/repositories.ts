import type {
	CreateRepositoryRequest,
	CreateRepositoryResponse,
	DeleteRepositoryRequest,
	DeleteRepositoryResponse,
	DescribeRepositoriesRequest,
	DescribeRepositoriesResponse,
} from '@aws-sdk/client-ecr';
import type { Call, Operations } from '../aws/call.ts';
import { pageOf } from '../aws/paging.ts';
import { invalidParameter, ServiceError } from '../aws/service-error.ts';
import { accessRepository } from '../registry/access.ts';
import { repositoryNotFound } from '../registry/registry.ts';
import { createRepository, type Encryption } from '../registry/repository.ts';
import { registryOf, repositoryNameOf, targetOf } from './input.ts';
import { mutabilitySettings } from './mutability.ts';
import { setTags } from './resource-tags.ts';
import { repositoryShape } from './shapes.ts';

function create(input: CreateRepositoryRequest, { own, world }: Call): CreateRepositoryResponse {
	const name = repositoryNameOf(input);
	if (own.repositories.has(name))
		throw new ServiceError(
			'RepositoryAlreadyExistsException',
			`The repository with name '${name}' already exists in the registry with id '${own.account}'`,
		);
	const resourceTags = new Map<string, string>();
	setTags(resourceTags, input.tags ?? []);
	const repository = createRepository(own, name, world.clock.now(), {
		...mutabilitySettings(input.imageTagMutability ?? 'MUTABLE', input.imageTagMutabilityExclusionFilters),
		scanOnPush: input.imageScanningConfiguration?.scanOnPush ?? false,
		encryption: encryptionOf(input, own.region, own.account),
	});
	for (const [key, value] of resourceTags) repository.resourceTags.set(key, value);
	return { repository: repositoryShape(own, repository) };
}

function encryptionOf(input: CreateRepositoryRequest, region: string, account: string): Encryption {
	const { encryptionType, kmsKey } = input.encryptionConfiguration ?? {};
	if (encryptionType === undefined || encryptionType === 'AES256') return { type: 'AES256' };
	if (encryptionType !== 'KMS' && encryptionType !== 'KMS_DSSE')
		throw invalidParameter('encryptionType', 'must satisfy enum value set: [AES256, KMS, KMS_DSSE]');
	// ECR resolves the absent key to the one that AWS keeps for it.
	return { type: encryptionType, kmsKey: kmsKey ?? `arn:aws:kms:${region}:${account}:key/aws-ecr` };
}

function describe(input: DescribeRepositoriesRequest, call: Call): DescribeRepositoriesResponse {
	const registry = registryOf(input.registryId, call);
	const { repositoryNames: names } = input;
	if (names !== undefined) {
		const repositories = names.map((name) => {
			if (registry === undefined) throw repositoryNotFound(name, input.registryId ?? call.own.account);
			return repositoryShape(registry, accessRepository(registry, call.principal, name, 'ecr:DescribeRepositories'));
		});
		return { repositories };
	}
	if (registry !== undefined && registry !== call.own)
		throw new ServiceError(
			'AccessDeniedException',
			`User: ${call.principal.arn} is not authorized to perform: ecr:DescribeRepositories on resource: arn:aws:ecr:${call.region}:${registry.account}:repository/*`,
		);
	const all = [...call.own.repositories.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
	const page = pageOf(all, input, 100, 1000);
	return {
		repositories: page.items.map((repository) => repositoryShape(call.own, repository)),
		nextToken: page.nextToken,
	};
}

async function remove(input: DeleteRepositoryRequest, call: Call): Promise<DeleteRepositoryResponse> {
	const { registry, repository } = targetOf(input, call);
	if (repository.images.size > 0 && input.force !== true)
		throw new ServiceError(
			'RepositoryNotEmptyException',
			`The repository with name '${repository.name}' in registry with id '${registry.account}' cannot be deleted because it still contains images`,
		);
	registry.repositories.delete(repository.name);
	await call.world.layers.collect(repository.blobs.keys());
	return { repository: repositoryShape(registry, repository) };
}

export const repositoryOperations: Operations = {
	CreateRepository: create,
	DescribeRepositories: describe,
	DeleteRepository: remove,
};
