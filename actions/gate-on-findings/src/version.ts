import type { Env } from '@ecr-pipeline/core';

/** As in package.json; a verdict names it. */
export const VERSION = '0.1.0';

/** Who reached a verdict: the repository that this action was taken from, as the runner names it. */
export function verifierId(env: Env): string {
	const { GITHUB_SERVER_URL: server, GITHUB_ACTION_REPOSITORY: repository } = env;
	if (!server || !repository) return 'urn:ecr-pipeline:gate-on-findings';
	return `${server}/${repository}/actions/gate-on-findings`;
}

/** What wrote a VEX document. */
export const TOOLING = `gate-on-findings/${VERSION}`;

/** Who answers for the ignore rules: the repository that the workflow runs in. */
export function authorId(env: Env): string {
	const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository } = env;
	return !server || !repository ? verifierId(env) : `${server}/${repository}`;
}
