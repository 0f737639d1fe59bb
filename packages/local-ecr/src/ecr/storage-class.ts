import type { UpdateImageStorageClassRequest, UpdateImageStorageClassResponse } from '@aws-sdk/client-ecr';
import type { Call, Operations } from '../aws/call.ts';
import { invalidParameter, ServiceError } from '../aws/service-error.ts';
import { archive, imageStatus, restoreArchived } from '../registry/archive.ts';
import { imageOf, isReferencedByIndex } from '../registry/image.ts';
import { required, targetOf } from './input.ts';
import { identityShape } from './shapes.ts';

function update(input: UpdateImageStorageClassRequest, call: Call): UpdateImageStorageClassResponse {
	const { registry, repository } = targetOf(input, call);
	const imageId = required(input.imageId, 'imageId');
	const image = imageOf(repository, registry.account, imageId);
	const now = call.world.clock.now();
	const before = imageStatus(image, now);
	const target = required(input.targetStorageClass, 'targetStorageClass');
	if (target !== 'ARCHIVE' && target !== 'STANDARD')
		throw invalidParameter('targetStorageClass', 'must satisfy enum value set: [ARCHIVE, STANDARD]');
	if (
		isReferencedByIndex(repository, image.digest) ||
		before === 'ACTIVATING' ||
		(target === 'STANDARD') === (before === 'ACTIVE')
	)
		throw new ServiceError(
			'ImageStorageClassUpdateNotSupportedException',
			`The image with digest '${image.digest}' is ${before} or referenced by an index: it cannot be moved to ${target}`,
		);
	if (target === 'ARCHIVE') archive(image, now);
	else restoreArchived(image, now);
	return {
		...identityShape(registry, repository),
		imageId: { imageDigest: image.digest, imageTag: imageId.imageTag },
		imageStatus: imageStatus(image, now),
	};
}

export const storageClassOperations: Operations = { UpdateImageStorageClass: update };
