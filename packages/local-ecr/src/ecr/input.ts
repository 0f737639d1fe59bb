import type { Call } from '../aws/call.ts';
import { invalidParameter } from '../aws/service-error.ts';
import { accessRepository } from '../registry/access.ts';
import { type Registry, repositoryNotFound } from '../registry/registry.ts';
import type { Repository } from '../registry/repository.ts';

// The pattern and the lengths of the model.
const NAME = /^(?=.{2,256}$)[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*$/;

export interface RepositoryInput {
	readonly repositoryName: string | undefined;
	readonly registryId?: string | undefined;
}

export interface Target {
	readonly registry: Registry;
	readonly repository: Repository;
}

/** A parameter that must be there. */
export function required<T>(value: T | undefined | null, name: string): T {
	if (value === undefined || value === null) throw invalidParameter(name, 'must not be null');
	return value;
}

export function assertCount(list: readonly unknown[] | undefined, name: string, limit: number): void {
	const { length } = required(list, name);
	if (length < 1 || length > limit) throw invalidParameter(name, `length must be between 1 and ${limit}`);
}

export function repositoryNameOf(input: RepositoryInput): string {
	const name = required(input.repositoryName, 'repositoryName');
	if (!NAME.test(name)) throw invalidParameter('repositoryName', `must satisfy regular expression '${NAME.source}'`);
	return name;
}

/** The repository that a call names, in the caller's registry or in the one of `registryId`, for this operation. */
export function targetOf(input: RepositoryInput, call: Call, action = call.operation): Target {
	const name = repositoryNameOf(input);
	const registry = registryOf(input.registryId, call);
	if (registry === undefined) throw repositoryNotFound(name, input.registryId ?? call.principal.account);
	return { registry, repository: accessRepository(registry, call.principal, name, `ecr:${action}`) };
}

/** Undefined for an account that has no registry here. */
export function registryOf(registryId: string | undefined, { own, region, world }: Call): Registry | undefined {
	if (registryId === undefined || registryId === own.account) return own;
	if (!/^\d{12}$/.test(registryId)) throw invalidParameter('registryId', "must satisfy regular expression '[0-9]{12}'");
	return world.registries.find(registryId, region);
}
