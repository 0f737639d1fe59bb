import { matchesWildcard } from '../aws/arn.ts';
import { type Image, isReferencedByIndex, removeImage, tagsOf } from './image.ts';
import { type LifecycleRule, readLifecyclePolicy } from './lifecycle-policy.ts';
import type { Registries } from './registries.ts';
import type { Repository } from './repository.ts';

export interface Expiring {
	readonly image: Image;
	readonly rulePriority: number;
}

const DAY = 86_400_000;

/**
 * Which images a policy expires, oldest first. Rules look at all images, those that another rule takes included; an image
 * that fits the tags of a rule is out of reach for the rules after it, and one that an index names stays (ECR user guide,
 * "Lifecycle policy evaluation rules").
 */
export function expiringImages(repository: Repository, policyText: string, now: number): Expiring[] {
	const images = [...repository.images.values()].sort((a, b) => b.pushedAt - a.pushedAt);
	const claimed = new Set<Image>();
	const expiring = readLifecyclePolicy(policyText).flatMap((rule) => {
		const candidates = images.filter((image) => fitsTags(rule, tagsOf(repository, image.digest)));
		const taken = overdue(rule, candidates, now).filter(
			(image) => !claimed.has(image) && !isReferencedByIndex(repository, image.digest),
		);
		for (const image of candidates) claimed.add(image);
		return taken.map((image) => ({ image, rulePriority: rule.rulePriority }));
	});
	return expiring.sort((a, b) => a.image.pushedAt - b.image.pushedAt);
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
	const since = (image: Image) =>
		countType === 'sinceImagePulled' ? (image.pulledAt ?? image.pushedAt) : image.pushedAt;
	return newestFirst.filter((image) => now - since(image) > countNumber * DAY);
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
			for (const { image } of expiringImages(repository, lifecyclePolicy, now)) expire(repository, image.digest);
		}
}

/** What refers to an image goes with it (ECR user guide, "Managing referrers": within a day). */
function expire(repository: Repository, digest: string): void {
	removeImage(repository, digest);
	for (const { digest: referrer, manifest } of [...repository.images.values()])
		if (manifest.subject?.digest === digest) expire(repository, referrer);
}
