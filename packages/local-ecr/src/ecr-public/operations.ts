import { createHash } from 'node:crypto';
import type { Call, Operations } from '../aws/call.ts';
import { pageOf } from '../aws/paging.ts';
import { ServiceError } from '../aws/service-error.ts';
import { repositoryNameOf } from '../ecr/input.ts';
import { type Registry, repositoryOf } from '../registry/registry.ts';
import { createRepository, type Repository, repositoryUri } from '../registry/repository.ts';

/** The public registry of an account stands beside those of its regions, with a port of its own. */
const REGION = 'public';
const API_REGION = 'us-east-1';

/** @throws ServiceError UnsupportedCommandException: the API is in one region (auth.md 2.3) */
function registryOf({ world, principal, region }: Call): Promise<Registry> {
	if (region === API_REGION) return world.registries.open(principal.account, REGION);
	throw new ServiceError('UnsupportedCommandException', `ECR Public is in ${API_REGION} only, and not in ${region}`);
}

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

interface DescribeInput {
	readonly repositoryNames?: readonly string[];
	readonly nextToken?: string;
	readonly maxResults?: number;
}

async function describe(input: DescribeInput, call: Call): Promise<object> {
	const registry = await registryOf(call);
	if (input.repositoryNames !== undefined) {
		const named = input.repositoryNames.map((name) => repositoryOf(registry, name));
		return { repositories: named.map((repository) => shapeOf(registry, repository)) };
	}
	const { items, nextToken } = pageOf([...registry.repositories.values()], input, 100, 1000);
	return { repositories: items.map((repository) => shapeOf(registry, repository)), nextToken };
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

/** What else its model has: what people see in the gallery, and what the registry itself does as well. */
export const ECR_PUBLIC_NOT_IMPLEMENTED: readonly string[] = [
	'BatchCheckLayerAvailability',
	'BatchDeleteImage',
	'CompleteLayerUpload',
	'DeleteRepositoryPolicy',
	'DescribeImages',
	'DescribeImageTags',
	'GetRegistryCatalogData',
	'GetRepositoryCatalogData',
	'GetRepositoryPolicy',
	'InitiateLayerUpload',
	'ListTagsForResource',
	'PutImage',
	'PutRegistryCatalogData',
	'PutRepositoryCatalogData',
	'SetRepositoryPolicy',
	'TagResource',
	'UntagResource',
	'UploadLayerPart',
];
