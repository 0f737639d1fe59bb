import { type Context, digestOf, PipelineError } from '@ecr-pipeline/core';
import { explainGitHubError, openGitHub } from './github.ts';
import type { PolicySource, PolicyText } from './policy-source.ts';

const COMMIT = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/;

/**
 * Reads a policy file of a repository on GitHub (REST API, "Get a commit" and "Get repository content", raw media types).
 * The ref is resolved to a commit first, and the file read at that commit: the verdict names it.
 */
export async function readCentralPolicy(
	{ owner, repo, path, ref }: Extract<PolicySource, { kind: 'github' }>,
	input: string,
	token: string,
	context: Context,
): Promise<PolicyText> {
	const name = `${owner}/${repo}/${path}@${ref}`;
	const github = openGitHub(token, context);
	try {
		const commit = COMMIT.test(ref) ? ref : await commitOf(github, { owner, repo, ref });
		const { data } = await github.request('GET /repos/{owner}/{repo}/contents/{path}', {
			owner,
			repo,
			path,
			ref: commit,
			headers: { accept: 'application/vnd.github.raw+json' },
		});
		// A folder is answered with a list, whatever was asked for.
		if (typeof data !== 'string')
			throw new PipelineError({ code: 'unsupported', attempted: `${path} is no file`, answer: 'it is a folder' });
		const server = context.env.GITHUB_SERVER_URL || 'https://github.com';
		const uri = `git+${server}/${owner}/${repo}@${commit}#${path}`;
		return { name, evidence: { uri, digest: digestOf(data) }, text: data };
	} catch (error) {
		const readable = `a token with "contents: read" on ${owner}/${repo} (the job's own token reads this repository and public ones only)`;
		throw explainGitHubError(error, `Could not read the policy ${name} (input "${input}")`, {
			401: `Give the input "github-token" ${readable}.`,
			403: `Give the input "github-token" ${readable}.`,
			404: `Check path and ref; where they are right, give the input "github-token" ${readable}. A path in the workspace that has an "@" in it is written with "./" in front.`,
		});
	}
}

async function commitOf(
	github: ReturnType<typeof openGitHub>,
	place: { readonly owner: string; readonly repo: string; readonly ref: string },
): Promise<string> {
	const { data } = await github.request('GET /repos/{owner}/{repo}/commits/{ref}', {
		...place,
		headers: { accept: 'application/vnd.github.sha' },
	});
	const commit = String(data).trim();
	if (COMMIT.test(commit)) return commit;
	throw new PipelineError({
		code: 'unsupported',
		attempted: `Could not resolve ${place.ref} to a commit`,
		answer: commit.slice(0, 80),
	});
}
