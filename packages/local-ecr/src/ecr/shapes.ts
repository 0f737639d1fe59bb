import type { Repository as RepositoryShape } from '@aws-sdk/client-ecr';
import type { Registry } from '../registry/registry.ts';
import { type Repository, repositoryUri } from '../registry/repository.ts';

/** A repository in the words of the API. */
export function repositoryShape(registry: Registry, repository: Repository): RepositoryShape {
	return {
		repositoryArn: repository.arn,
		registryId: registry.account,
		repositoryName: repository.name,
		repositoryUri: repositoryUri(registry, repository.name),
		createdAt: new Date(repository.createdAt),
		imageTagMutability: repository.mutability,
		...filtersShape(repository),
		imageScanningConfiguration: { scanOnPush: repository.scanOnPush },
		encryptionConfiguration: {
			encryptionType: repository.encryption.type as 'AES256',
			kmsKey: repository.encryption.kmsKey,
		},
	};
}

export function filtersShape({
	exclusionFilters,
}: Pick<Repository, 'exclusionFilters'>): Pick<RepositoryShape, 'imageTagMutabilityExclusionFilters'> {
	if (exclusionFilters.length === 0) return {};
	return {
		imageTagMutabilityExclusionFilters: exclusionFilters.map((filter) => ({ filterType: 'WILDCARD', filter })),
	};
}

/** The two members that nearly every answer starts with. */
export function identityShape(
	registry: Registry,
	repository: Repository,
): { registryId: string; repositoryName: string } {
	return { registryId: registry.account, repositoryName: repository.name };
}
