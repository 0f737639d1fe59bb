import { createHash } from 'node:crypto';
import type { Call, Operations } from '../aws/call.ts';
import { ServiceError } from '../aws/service-error.ts';
import { repositoryNameOf } from '../ecr/input.ts';
import { type Registry, repositoryOf } from '../registry/registry.ts';
import { createRepository, type Repository, repositoryUri } from '../registry/repository.ts';

/** The public registry of an account stands beside those of its regions, with a port of its own. */
const REGION = 'public';

const registryOf = ({ world, principal }: Call): Promise<Registry> => world.registries.open(principal.account, REGION);

/** One object, where the private registry has a list; and no proxyEndpoint: the host is public.ecr.aws for everyone. */
async function getToken(_input: object, call: Call): Promise<object> {
	await registryOf(call);
	const { password, expiresAt } = call.world.tokens.mint(call.principal, REGION);
	const authorizationToken = Buffer.from(`AWS:${password}`).toString('base64');
	return { authorizationData: { authorizationToken, expiresAt: new Date(expiresAt) } };
}

interface RepositoryInput {
	readonly repositoryName: string | undefined;
	readonly force?: boolean;
}

async function create(input: RepositoryInput, call: Call): Promise<object> {
	const registry = await registryOf(call);
	const name = repositoryNameOf(input);
	if (registry.repositories.has(name))
		throw new ServiceError(
			'RepositoryAlreadyExistsException',
			`The repository with name '${name}' already exists in the registry with id '${registry.account}'`,
		);
	const repository = createRepository(registry, name, call.world.clock.now());
	return { repository: shapeOf(registry, repository), catalogData: {} };
}

async function describe(input: { readonly repositoryNames?: readonly string[] }, call: Call): Promise<object> {
	const registry = await registryOf(call);
	const repositories = input.repositoryNames?.map((name) => repositoryOf(registry, name)) ?? [
		...registry.repositories.values(),
	];
	return { repositories: repositories.map((repository) => shapeOf(registry, repository)) };
}

async function remove(input: RepositoryInput, call: Call): Promise<object> {
	const registry = await registryOf(call);
	const repository = repositoryOf(registry, repositoryNameOf(input));
	if (repository.images.size > 0 && input.force !== true)
		throw new ServiceError(
			'RepositoryNotEmptyException',
			`The repository with name '${repository.name}' in registry with id '${registry.account}' cannot be deleted because it still contains images`,
		);
	registry.repositories.delete(repository.name);
	await call.world.layers.collect(repository.blobs.keys());
	return { repository: shapeOf(registry, repository) };
}

async function describeRegistries(_input: object, call: Call): Promise<object> {
	const { account, endpoint } = await registryOf(call);
	// Every account has an alias of eight letters and digits that it did not choose.
	const alias = createHash('sha256').update(account).digest('hex').slice(0, 8);
	return {
		registries: [
			{
				registryId: account,
				registryArn: `arn:aws:ecr-public::${account}:registry/${account}`,
				registryUri: new URL(endpoint).host,
				verified: false,
				aliases: [{ name: alias, status: 'ACTIVE', primaryRegistryAlias: true, defaultRegistryAlias: true }],
			},
		],
	};
}

function shapeOf(registry: Registry, { name, createdAt }: Repository): object {
	return {
		repositoryArn: `arn:aws:ecr-public::${registry.account}:repository/${name}`,
		registryId: registry.account,
		repositoryName: name,
		repositoryUri: repositoryUri(registry, name),
		createdAt: new Date(createdAt),
	};
}

/** The part of the ECR Public API that a pipeline touches. */
export const ecrPublicOperations: Operations = {
	GetAuthorizationToken: getToken,
	CreateRepository: create,
	DescribeRepositories: describe,
	DeleteRepository: remove,
	DescribeRegistries: describeRegistries,
};
