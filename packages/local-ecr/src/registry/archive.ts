import type { Image } from './image.ts';

/** When an image went to the archive and when it was called back. Milliseconds since the epoch. */
export interface Archiving {
	readonly archivedAt: number;
	readonly restoredAt?: number;
}

export type ImageStatus = 'ACTIVE' | 'ARCHIVED' | 'ACTIVATING';

/** How long a restore takes here; ECR says 20 minutes at most. */
const RESTORE_MS = 1000;

/** An archived image is still listed and cannot be pulled (ECR user guide, "Archiving an image"). */
export function imageStatus({ archiving }: Image, now: number): ImageStatus {
	if (archiving === undefined) return 'ACTIVE';
	if (archiving.restoredAt === undefined) return 'ARCHIVED';
	return now - archiving.restoredAt < RESTORE_MS ? 'ACTIVATING' : 'ACTIVE';
}

export function archive(image: Image, now: number): void {
	image.archiving = { archivedAt: now };
}

/** @param at when the restore began; a push of the same manifest restores at once */
export function restoreArchived(image: Image, at: number): void {
	if (image.archiving !== undefined && image.archiving.restoredAt === undefined)
		image.archiving = { ...image.archiving, restoredAt: at };
}

export function restoreByPush(image: Image, now: number): void {
	restoreArchived(image, now - RESTORE_MS);
}
