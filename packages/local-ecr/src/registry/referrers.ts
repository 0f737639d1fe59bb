import type { Descriptor } from './manifest.ts';
import type { Repository } from './repository.ts';

/** The descriptors of all manifests whose subject is this digest (distribution-spec, "Listing Referrers"). */
export function referrersOf(repository: Repository, digest: string): Descriptor[] {
	return [...repository.images.values()]
		.filter((image) => image.manifest.subject?.digest === digest)
		.map(({ manifest, digest: own, bytes }) => {
			const artifactType = manifest.artifactType ?? manifest.config?.mediaType;
			return {
				mediaType: manifest.mediaType,
				digest: own,
				size: bytes.length,
				...(artifactType === undefined ? {} : { artifactType }),
				...(manifest.annotations === undefined ? {} : { annotations: manifest.annotations }),
			};
		});
}
