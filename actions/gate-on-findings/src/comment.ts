import { readFile } from 'node:fs/promises';
import { type Context, digestOf, type Env, messageOf, PipelineError, shortDigest } from '@ecr-pipeline/core';
import { markdownReport, type ReportMaterial } from '@ecr-pipeline/findings';
import { explainGitHubError, type GitHub, openGitHub } from './github.ts';

// GitHub refuses a comment of more than 65,536 characters, which are never more than the bytes; a part is kept for the mark,
// the closing sentence and what quiets mentions. So few rows stay below that even where every character is escaped.
const LIMITS = { bytes: 56 * 1024, rows: 15 };

/** What became of the comment; `url` where there is one. */
export interface CommentOutcome {
	readonly state: 'created' | 'updated' | 'unchanged' | 'not-possible';
	readonly url?: string;
}

/**
 * Writes the verdict into one comment of the pull request, and updates it from then on. It is found by a hidden mark, one for
 * each repository of images, and only among the comments of this token's own account: anybody can write a mark. A comment
 * that cannot be written never fails the verdict; it is said, once.
 */
export async function commentOnPullRequest(
	material: ReportMaterial,
	token: string,
	context: Context,
): Promise<CommentOutcome> {
	try {
		const place = await pullRequestOf(context);
		return await write(openGitHub(token, context), place, bodyOf(material, context.env), context);
	} catch (error) {
		context.log.warning(`There is no comment on the pull request; the verdict stands. ${messageOf(error)}`);
		return { state: 'not-possible' };
	}
}

interface Place {
	readonly owner: string;
	readonly repo: string;
	readonly issue_number: number;
	/** The pull request comes from another repository: its token may read only. */
	readonly isFork: boolean;
}

interface Comment {
	readonly id: number | bigint;
	readonly body?: string | undefined;
	readonly html_url: string;
	readonly user: { readonly login: string; readonly type: string } | null;
}

async function write(github: GitHub, place: Place, body: string, { log }: Context): Promise<CommentOutcome> {
	const { isFork, ...issue } = place;
	const [mark = ''] = body.split('\n');
	try {
		const { viewer } = await github.graphql<{ viewer: { login: string } }>('query { viewer { login } }');
		const comments: Comment[] = await github.paginate('GET /repos/{owner}/{repo}/issues/{issue_number}/comments', {
			...issue,
			per_page: 100,
		});
		const own = comments.find((comment) => comment.body?.startsWith(mark) === true && isBy(comment, viewer.login));
		if (own?.body?.replaceAll('\r\n', '\n') === body) return { state: 'unchanged', url: own.html_url };
		const { owner, repo } = issue;
		const { data } =
			own === undefined
				? await github.request('POST /repos/{owner}/{repo}/issues/{issue_number}/comments', { ...issue, body })
				: await github.request('PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}', {
						owner,
						repo,
						comment_id: own.id,
						body,
					});
		log.info(`Comment: ${data.html_url}`);
		return { state: own === undefined ? 'created' : 'updated', url: data.html_url };
	} catch (error) {
		const permission = isFork
			? 'The pull request comes from a fork, whose token may only read. Read the job summary instead.'
			: 'Give the job "permissions: pull-requests: write", or the input "github-token" a token that has it.';
		throw explainGitHubError(
			error,
			`Could not comment on pull request #${issue.issue_number} of ${issue.owner}/${issue.repo}`,
			{ 401: permission, 403: permission, 404: permission },
		);
	}
}

// GraphQL calls the account of the job's token github-actions, REST github-actions[bot].
function isBy({ user }: Comment, login: string): boolean {
	return user !== null && (user.login === login || (user.type === 'Bot' && user.login === `${login}[bot]`));
}

function bodyOf(material: ReportMaterial, env: Env): string {
	const repository = material.image.slice(0, material.image.lastIndexOf('@'));
	const mark = `<!-- ecr-pipeline gate-on-findings ${shortDigest(digestOf(repository))} -->`;
	// A comment notifies whom it mentions, and links back from what it refers to: neither is for strangers' texts to cause.
	const quiet = markdownReport(material, LIMITS)
		.replace(/&#(?:64|35);/g, (entity) => `${entity}\u200b`)
		.replace(/\bGH-(?=\d)/gi, (word) => `${word}\u200b`);
	const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: place, GITHUB_RUN_ID: run } = env;
	const link = server && place && run ? `\n\n[The run, with all of it](${server}/${place}/actions/runs/${run})` : '';
	return `${mark}\n${quiet}${link}`;
}

/** The pull request that the run is about (docs.github.com, "Webhook events and payloads"). */
async function pullRequestOf({ env }: Context): Promise<Place> {
	const { GITHUB_EVENT_PATH: path, GITHUB_EVENT_NAME: name = 'unknown', GITHUB_REPOSITORY: repository = '' } = env;
	const event = path ? (JSON.parse(await readFile(path, 'utf8')) as PullRequestEvent) : {};
	const [ofWorkflow] = event.workflow_run?.pull_requests ?? [];
	const issue = event.issue?.pull_request === undefined ? undefined : event.issue;
	const number = event.pull_request?.number ?? issue?.number ?? ofWorkflow?.number;
	const [owner, repo] = repository.split('/');
	if (number === undefined || !owner || !repo)
		throw new PipelineError({
			code: 'environment',
			attempted: `The event ${name} is about no pull request`,
			fix: 'Set comment-on-pr in workflows of pull_request only.',
		});
	const head = event.pull_request?.head?.repo?.full_name;
	return { owner, repo, issue_number: number, isFork: event.pull_request !== undefined && head !== repository };
}

interface PullRequestEvent {
	readonly pull_request?: {
		readonly number: number;
		/** Null where the fork has been deleted. */
		readonly head?: { readonly repo?: { readonly full_name?: string } | null };
	};
	readonly issue?: { readonly number: number; readonly pull_request?: object };
	readonly workflow_run?: { readonly pull_requests?: readonly { readonly number: number }[] };
}
