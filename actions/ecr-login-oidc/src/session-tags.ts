import type { Env } from '@ecr-pipeline/core';

// What STS takes in a tag's value (API reference, Tag); the rest becomes "_", as configure-aws-credentials does it.
const REFUSED = /[^\p{L}\p{Z}\p{N}_.:/=+\-@]/gu;

/** Those that are let go when STS finds tags and policies together too large. */
export const DROPPABLE_TAGS = ['EventName', 'BaseRef', 'HeadRef', 'RunId', 'Job', 'TriggeringActor'] as const;

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
		EventName: env.GITHUB_EVENT_NAME,
		BaseRef: env.GITHUB_BASE_REF,
		HeadRef: env.GITHUB_HEAD_REF,
		RunId: env.GITHUB_RUN_ID,
		Job: env.GITHUB_JOB,
		TriggeringActor: env.GITHUB_TRIGGERING_ACTOR,
	};
	const tags: Record<string, string> = {};
	for (const [key, value] of Object.entries(values)) if (value) tags[key] = value.replace(REFUSED, '_').slice(0, 256);
	return tags;
}
