// Docker Hub is named docker.io, is served by registry-1.docker.io, and stands in Docker's configuration under a third name
// (distribution/reference normalize.go; moby/moby registry/config.go, IndexServer).
const HOST = 'registry-1.docker.io';
const NAMES = new Set(['docker.io', 'index.docker.io', HOST]);
const CONFIGURED = 'https://index.docker.io/v1/';

interface Place {
	readonly registry: string;
	readonly repository: string;
}

/** The host and repository that serve what an image reference names; only those of Docker Hub are others. */
export function servedAt({ registry, repository }: Place): Place {
	if (!NAMES.has(registry)) return { registry, repository };
	return { registry: HOST, repository: repository.includes('/') ? repository : `library/${repository}` };
}

/** The name under which Docker's configuration and its credential helpers know a host. */
export function configuredName(host: string): string {
	return NAMES.has(host) ? CONFIGURED : host;
}
