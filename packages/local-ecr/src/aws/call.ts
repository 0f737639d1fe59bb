import type { Registry } from '../registry/registry.ts';
import type { RequestEntry } from '../server/request-log.ts';
import type { World } from '../world.ts';
import type { Principal } from './credentials.ts';

/** One AWS call, ready to be answered. */
export interface Call {
	readonly world: World;
	readonly principal: Principal;
	readonly region: string;
	/** The registry of the caller's account in the region of the call. */
	readonly own: Registry;
	readonly operation: string;
	readonly requestId: string;
	readonly entry: RequestEntry;
}

/**
 * Answers an operation. Its input came as JSON and has the model's shape as far as the caller kept to it; what an operation
 * relies on, it checks.
 */
type Operation = (input: never, call: Call) => object | Promise<object>;
export type Operations = Readonly<Record<string, Operation>>;
