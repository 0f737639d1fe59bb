import type { Context } from 'hono';
import { accessRepository } from '../registry/access.ts';
import type { Repository } from '../registry/repository.ts';
import type { ServerEnvironment } from '../server/environment.ts';

export type RegistryContext = Context<ServerEnvironment>;

/** Names the request in the log, and finds its repository for its caller. @param action the IAM action behind it */
export function enter(c: RegistryContext, operation: string, action: string): Repository {
	const name = c.req.param('name') ?? '';
	const { entry, registry, principal } = c.var;
	entry.operation = `v2:${operation}`;
	entry.repository = name;
	return accessRepository(registry, principal, name, `ecr:${action}`);
}

/** HEAD is dispatched as GET by hono; the request itself still knows. */
export const isHead = (c: RegistryContext): boolean => c.req.raw.method === 'HEAD';
