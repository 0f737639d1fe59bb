import { createRegistry, type Registry, registryKey } from './registry.ts';

/** Every registry of this process. A registry comes to be when it is first named, with a port of its own. */
export interface Registries {
	readonly open: (account: string, region: string) => Promise<Registry>;
	readonly find: (account: string, region: string) => Registry | undefined;
	readonly all: () => readonly Registry[];
}

/**
 * @param listen opens the port of a registry and answers its endpoint, `http://127.0.0.1:5001`
 * @param now milliseconds since the epoch
 */
export function createRegistries(
	listen: (account: string, region: string, serve: (endpoint: string) => Registry) => Promise<Registry>,
	now: () => number,
): Registries {
	const opened = new Map<string, Registry>();
	const opening = new Map<string, Promise<Registry>>();

	const open: Registries['open'] = (account, region) => {
		const key = registryKey(account, region);
		const found = opening.get(key);
		if (found !== undefined) return found;
		const promise = listen(account, region, (endpoint) => {
			const registry = createRegistry(account, region, endpoint, now);
			opened.set(key, registry);
			return registry;
		});
		opening.set(key, promise);
		promise.catch(() => opening.delete(key));
		return promise;
	};

	return { open, find: (account, region) => opened.get(registryKey(account, region)), all: () => [...opened.values()] };
}
