import { matchesWildcard } from '../aws/arn.ts';
import { archive, imageStatus } from './archive.ts';
import { type Image, isReferencedByIndex, removeImage, tagsOf } from './image.ts';
import { type LifecycleRule, readLifecyclePolicy, storageClassOf } from './lifecycle-policy.ts';
import type { Registries } from './registries.ts';
import type { Repository } from './repository.ts';

/** An image that a rule is about to expire or to archive. */
export interface DueImage {
	readonly image: Image;
	readonly rulePriority: number;
	readonly action: 'expire' | 'transition';
}

const DAY = 86_400_000;

/**
 * Which images a policy expires or archives, oldest first. Rules look at all images of their storage class, those that another
 * rule takes included; an image that fits the tags of a rule is out of reach for the rules after it, and one that an index
 * names stays (ECR user guide, "Automate the cleanup of images by using lifecycle policies in Amazon ECR").
 */
export function dueImages(repository: Repository, policyText: string, now: number): DueImage[] {
	const images = [...repository.images.values()].sort((a, b) => b.pushedAt - a.pushedAt);
	const claimed = new Set<Image>();
	const due = readLifecyclePolicy(policyText).flatMap((rule) => {
		const status = storageClassOf(rule) === 'archive' ? 'ARCHIVED' : 'ACTIVE';
		const candidates = images.filter(
			(image) => imageStatus(image, now) === status && fitsTags(rule, tagsOf(repository, image.digest)),
		);
		const taken = overdue(rule, candidates, now).filter(
			(image) => !claimed.has(image) && !isReferencedByIndex(repository, image.digest),
		);
		for (const image of candidates) claimed.add(image);
		return taken.map((image) => ({ image, rulePriority: rule.rulePriority, action: rule.action.type }));
	});
	return due.sort((a, b) => a.image.pushedAt - b.image.pushedAt);
}

function fitsTags({ selection }: LifecycleRule, tags: readonly string[]): boolean {
	if (selection.tagStatus === 'any') return true;
	if (selection.tagStatus === 'untagged') return tags.length === 0;
	// Every entry of a list must be met by some tag of the image.
	const patterns = selection.tagPatternList ?? (selection.tagPrefixList ?? []).map((prefix) => `${prefix}*`);
	return patterns.every((pattern) => tags.some((tag) => matchesWildcard(pattern, tag)));
}

/** @param newestFirst by the time of the push */
function overdue({ selection }: LifecycleRule, newestFirst: readonly Image[], now: number): readonly Image[] {
	const { countType, countNumber } = selection;
	if (countType === 'imageCountMoreThan') return newestFirst.slice(countNumber);
	return newestFirst.filter((image) => now - since(image, countType) > countNumber * DAY);
}

/** An image that was never pulled counts from its push, and one that was restored from its return. */
function since({ pushedAt, pulledAt, archiving }: Image, countType: string): number {
	if (countType === 'sinceImageTransitioned') return archiving?.archivedAt ?? pushedAt;
	if (countType === 'sinceImagePulled') return Math.max(pulledAt ?? pushedAt, archiving?.restoredAt ?? 0);
	return pushedAt;
}

/**
 * Runs every lifecycle policy that is due: a day after it was set, and every day from then on. It goes by the clock when
 * someone asks, as scans do, so there are no timers.
 */
export function runLifecyclePolicies(registries: Registries, now: number): void {
	for (const { repositories } of registries.all())
		for (const repository of repositories.values()) {
			const { lifecyclePolicy, lifecycleEvaluatedAt = now } = repository;
			repository.lifecycleEvaluatedAt = lifecycleEvaluatedAt;
			if (lifecyclePolicy === undefined || now - lifecycleEvaluatedAt < DAY) continue;
			repository.lifecycleEvaluatedAt = now;
			for (const { image, action } of dueImages(repository, lifecyclePolicy, now))
				withReferrers(repository, image.digest, (one) => {
					if (action === 'expire') removeImage(repository, one.digest);
					else archive(one, now);
				});
		}
}

/** What refers to an image goes where it goes, within a day (ECR user guide, "Managed signing"). */
function withReferrers(repository: Repository, digest: string, act: (image: Image) => void): void {
	const image = repository.images.get(digest);
	if (image === undefined) return;
	act(image);
	for (const { digest: referrer, manifest } of [...repository.images.values()])
		if (manifest.subject?.digest === digest) withReferrers(repository, referrer, act);
}
