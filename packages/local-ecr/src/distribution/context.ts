import type { Context } from 'hono';
import { assertPermitted, repositoryArn } from '../aws/permissions.ts';
import { accessRepository } from '../registry/access.ts';
import type { Repository } from '../registry/repository.ts';
import { createByTemplate, templateFor } from '../registry/templates.ts';
import type { ServerEnvironment } from '../server/environment.ts';
import type { World } from '../world.ts';

export type RegistryContext = Context<ServerEnvironment>;

/** Names the request in the log, and finds its repository for its caller. @param action the IAM action behind it */
export function enter(c: RegistryContext, operation: string, action: string): Repository {
	const name = c.req.param('name') ?? '';
	const { entry, registry, principal } = c.var;
	entry.operation = `v2:${operation}`;
	entry.repository = name;
	return accessRepository(registry, principal, name, `ecr:${action}`);
}

/** Makes the repository of a push that is not there, when a creation template is for it (API reference, RepositoryCreationTemplate: CREATE_ON_PUSH). */
export function createOnPush(c: RegistryContext, { clock }: World): void {
	const name = c.req.param('name') ?? '';
	const { registry, principal } = c.var;
	if (registry.repositories.has(name) || principal.account !== registry.account) return;
	if (templateFor(registry, name, 'CREATE_ON_PUSH') === undefined) return;
	assertPermitted(principal, 'ecr:CreateRepository', repositoryArn(registry.region, registry.account, name));
	createByTemplate(registry, name, 'CREATE_ON_PUSH', clock.now());
}

/** HEAD is dispatched as GET by hono; the request itself still knows. */
export const isHead = (c: RegistryContext): boolean => c.req.raw.method === 'HEAD';
