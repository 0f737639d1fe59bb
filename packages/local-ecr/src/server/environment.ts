import type { HttpBindings } from '@hono/node-server';
import type { Principal } from '../aws/credentials.ts';
import type { Registry } from '../registry/registry.ts';
import type { RequestEntry } from './request-log.ts';

/** What hono carries through every handler. */
export interface ServerEnvironment {
	Bindings: HttpBindings;
	Variables: { entry: RequestEntry; registry: Registry; principal: Principal };
}
