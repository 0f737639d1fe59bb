import type { Env } from '@ecr-pipeline/core';

// What STS takes in a tag's value (API reference, Tag); the rest becomes "_", as configure-aws-credentials does it.
const REFUSED = /[^\p{L}\p{Z}\p{N}_.:/=+\-@]/gu;

/** The session tags that aws-actions/configure-aws-credentials sets, so that policies written for it go on matching. */
export function sessionTags(env: Env): Record<string, string> {
	const values = {
		GitHub: 'Actions',
		Repository: env.GITHUB_REPOSITORY,
		Workflow: env.GITHUB_WORKFLOW,
		Action: env.GITHUB_ACTION,
		Actor: env.GITHUB_ACTOR,
		Commit: env.GITHUB_SHA,
		Branch: env.GITHUB_REF,
	};
	const tags: Record<string, string> = {};
	for (const [key, value] of Object.entries(values)) if (value) tags[key] = value.replace(REFUSED, '_').slice(0, 256);
	return tags;
}
