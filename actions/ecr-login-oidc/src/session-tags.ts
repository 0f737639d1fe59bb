import type { Env } from '@ecr-pipeline/core';

// What STS takes in a tag's value (API reference, Tag); the rest becomes "_", as configure-aws-credentials does it.
const REFUSED = /[^\p{L}\p{Z}\p{N}_.:/=+\-@]/gu;

/** Those that are let go when STS finds tags and policies together too large. */
export const DROPPABLE_TAGS = ['EventName', 'BaseRef', 'HeadRef', 'RunId', 'Job', 'TriggeringActor'] as const;

const VARIABLES: Readonly<Record<string, string>> = {
	Repository: 'GITHUB_REPOSITORY',
	Workflow: 'GITHUB_WORKFLOW',
	Action: 'GITHUB_ACTION',
	Actor: 'GITHUB_ACTOR',
	Commit: 'GITHUB_SHA',
	Branch: 'GITHUB_REF',
	EventName: 'GITHUB_EVENT_NAME',
	BaseRef: 'GITHUB_BASE_REF',
	HeadRef: 'GITHUB_HEAD_REF',
	RunId: 'GITHUB_RUN_ID',
	Job: 'GITHUB_JOB',
	TriggeringActor: 'GITHUB_TRIGGERING_ACTOR',
};

/** The keys of the tags that are set without being asked for. */
export const USUAL_TAGS: readonly string[] = ['GitHub', ...Object.keys(VARIABLES)];

/**
 * The session tags that aws-actions/configure-aws-credentials sets, so that policies written for it go on matching, and
 * the user's own. Keys are compared without case, as IAM does it (IAM user guide, "Session tags"): the user's wins.
 */
export function sessionTags(env: Env, own: Readonly<Record<string, string>> = {}): Record<string, string> {
	const taken = new Set(Object.keys(own).map((key) => key.toLowerCase()));
	const usual = {
		GitHub: 'Actions',
		...Object.fromEntries(Object.entries(VARIABLES).map(([key, name]) => [key, env[name]])),
	};
	const tags: Record<string, string> = {};
	for (const [key, value] of Object.entries(usual))
		if (value && !taken.has(key.toLowerCase())) tags[key] = value.replace(REFUSED, '_').slice(0, 256);
	return { ...tags, ...own };
}
