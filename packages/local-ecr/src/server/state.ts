import { imageSize, tagsOf } from '../registry/image.ts';
import type { Registry } from '../registry/registry.ts';
import { type Repository, repositoryUri } from '../registry/repository.ts';
import { severityCounts } from '../scan/findings.ts';
import { scanOf } from '../scan/player.ts';
import type { World } from '../world.ts';

/** All that is there, for a person to look at: `GET /_local/state`. */
export function stateOf(world: World): object {
	return {
		now: new Date(world.clock.now()).toISOString(),
		registries: world.registries.all().map((registry) => ({
			account: registry.account,
			region: registry.region,
			endpoint: registry.endpoint,
			repositories: [...registry.repositories.values()].map((repository) =>
				repositoryState(world, registry, repository),
			),
		})),
	};
}

function repositoryState(world: World, registry: Registry, repository: Repository): object {
	return {
		name: repository.name,
		uri: repositoryUri(registry, repository.name),
		mutability: repository.mutability,
		images: [...repository.images.values()].reverse().map((image) => {
			const scan = scanOf(world, registry, repository, image);
			return {
				digest: image.digest,
				tags: tagsOf(repository, image.digest),
				mediaType: image.manifest.mediaType,
				platform: image.platform,
				bytes: imageSize(repository, image),
				pushedAt: new Date(image.pushedAt).toISOString(),
				scan: scan === undefined ? undefined : { status: scan.status, counts: severityCounts(scan.findings) },
			};
		}),
	};
}
