import type { Context } from '@ecr-pipeline/core';
import type { BuildEvent } from './event.ts';
import type { BuildJob, Destination } from './result.ts';

/** Where a build's cache is read from and written to, as buildx takes it. */
export interface CachePlan {
	readonly from: readonly string[];
	readonly to: readonly string[];
}

/** What the user wrote, and nothing more. */
export function givenCache({ input: { recipe } }: BuildJob): CachePlan {
	return { from: recipe.cache.from, to: recipe.cache.to };
}

/**
 * `cache: registry`: one tag for each branch in the repository itself. A branch reads its own cache and that of the
 * default branch, and writes its own; a pull request and a tag only read, since nobody would read what they write.
 */
export function registryCache(job: BuildJob, { repository, immutable }: Destination, log: Context['log']): CachePlan {
	const { from, to } = givenCache(job);
	if (job.input.recipe.cache.kind === 'none') return { from, to };
	const tags = cacheTags(job.event);
	const blocked = [tags.own].find((tag) => tag !== undefined && immutable(tag));
	if (blocked !== undefined) {
		log.warning(
			`The cache is read but not written: ${repository.name} makes the tag ${blocked} immutable. Exclude ${CACHE}* by a tag mutability exclusion filter.`,
		);
	}
	const writes = tags.own !== undefined && blocked === undefined;
	return {
		from: [...tags.read.map((tag) => `type=registry,ref=${repository.name}:${tag}`), ...from],
		// ECR takes a cache as an image manifest only (aws/containers-roadmap#876); an unwritten cache must not fail a build.
		to: [
			...(writes
				? [
						`type=registry,ref=${repository.name}:${tags.own},mode=max,image-manifest=true,oci-mediatypes=true,ignore-error=true`,
					]
				: []),
			...to,
		],
	};
}

const CACHE = 'buildcache-';

function cacheTags(event: BuildEvent): { read: string[]; own?: string } {
	const tagOf = (branch: string): string => `${CACHE}${branch.replace(/[^A-Za-z0-9._-]+/g, '-')}`.slice(0, 128);
	const branch = /^refs\/heads\/(.+)$/.exec(event.ref)?.[1];
	const branches = [branch, event.baseRef, event.defaultBranch].filter((name) => name !== undefined);
	const read = [...new Set(branches)].map(tagOf);
	return branch === undefined ? { read } : { read, own: tagOf(branch) };
}

export function cacheFlags({ from, to }: CachePlan): string[] {
	return [...from.flatMap((entry) => ['--cache-from', entry]), ...to.flatMap((entry) => ['--cache-to', entry])];
}
