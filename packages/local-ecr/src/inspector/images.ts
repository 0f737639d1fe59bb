import type { Call } from '../aws/call.ts';
import type { Image } from '../registry/image.ts';
import type { Repository } from '../registry/repository.ts';
import { type Scan, scanOf } from '../scan/player.ts';

export interface ScannedImage {
	readonly repository: Repository;
	readonly image: Image;
	readonly scan: Scan;
}

/** Every image that enhanced scanning looks at: basic scans are none of Inspector's. */
export function scannedImages({ own, world }: Call): ScannedImage[] {
	return [...own.repositories.values()].flatMap((repository) =>
		[...repository.images.values()].flatMap((image) => {
			const scan = scanOf(world, own, repository, image);
			return scan?.type === 'enhanced' ? [{ repository, image, scan }] : [];
		}),
	);
}
