import type { Principal } from '../aws/credentials.ts';
import { accessRepository } from '../registry/access.ts';
import { referencedBlobs } from '../registry/manifest.ts';
import type { Registry } from '../registry/registry.ts';
import type { Repository } from '../registry/repository.ts';

/**
 * Mounts a blob of another repository of the same registry. ECR does so when the account setting BLOB_MOUNTING is on,
 * both repositories are encrypted alike, the caller may read the source (ECR user guide, "Blob mounting"), and a manifest
 * of the source names the blob (aws/containers-roadmap#2860). Otherwise the client is left to upload.
 */
export function mountBlob(
	registry: Registry,
	principal: Principal,
	target: Repository,
	digest: string,
	from: string,
): boolean {
	const source = readable(registry, principal, from);
	const size = source?.blobs.get(digest);
	if (source === undefined || size === undefined) return false;
	if (registry.settings.get('BLOB_MOUNTING') !== 'ENABLED') return false;
	if (source.encryption.type !== target.encryption.type || source.encryption.kmsKey !== target.encryption.kmsKey)
		return false;
	const referenced = [...source.images.values()].some(({ manifest }) =>
		referencedBlobs(manifest).some((blob) => blob.digest === digest),
	);
	if (referenced) target.blobs.set(digest, size);
	return referenced;
}

function readable(registry: Registry, principal: Principal, name: string): Repository | undefined {
	try {
		return accessRepository(registry, principal, name, 'ecr:GetDownloadUrlForLayer');
	} catch {
		// A source that is not there or not readable is no error: the answer is 202 (distribution-spec, "Mounting a blob").
		return undefined;
	}
}
