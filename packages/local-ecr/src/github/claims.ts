/** The claims of GitHub's token that say what runs; everything else is derived from them. */
export interface WorkflowClaims {
	readonly repository: string;
	readonly ref: string;
	readonly event_name: string;
	readonly environment?: string;
	readonly [claim: string]: string | undefined;
}

export const DEFAULT_CLAIMS: WorkflowClaims = {
	repository: 'octo-org/octo-repo',
	repository_id: '74',
	repository_owner_id: '65',
	repository_visibility: 'private',
	ref: 'refs/heads/main',
	event_name: 'push',
	actor: 'octocat',
	actor_id: '12',
	workflow: 'deploy',
	sha: '0123456789abcdef0123456789abcdef01234567',
	run_id: '1',
	run_number: '1',
	run_attempt: '1',
	runner_environment: 'github-hosted',
};

/** All claims of a token but the registered ones (docs.github.com, "OpenID Connect reference"). */
export function completeClaims(given: WorkflowClaims): Record<string, string> {
	const [owner = ''] = given.repository.split('/');
	const workflow = `${given.repository}/.github/workflows/${given.workflow ?? 'deploy'}.yml@${given.ref}`;
	const claims = {
		sub: subjectOf(given),
		repository_owner: owner,
		ref_type: given.ref.startsWith('refs/tags/') ? 'tag' : 'branch',
		workflow_ref: workflow,
		job_workflow_ref: workflow,
		...given,
	};
	return Object.fromEntries(
		Object.entries(claims).filter((entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== ''),
	);
}

/** A job with an environment is named by it, whatever its ref or event is. */
function subjectOf({ repository, environment, event_name, ref }: WorkflowClaims): string {
	if (environment !== undefined && environment !== '') return `repo:${repository}:environment:${environment}`;
	if (event_name === 'pull_request') return `repo:${repository}:pull_request`;
	return `repo:${repository}:ref:${ref}`;
}
