import { readFile } from 'node:fs/promises';
import { type Context, PipelineError } from '@ecr-pipeline/core';

/** What set off this run, as far as tags and labels follow from it. */
export interface BuildEvent {
	/** `push`, `pull_request`, `schedule`, … */
	readonly name: string;
	/** `refs/heads/…`, `refs/tags/…`, `refs/pull/N/merge`; empty outside GitHub. */
	readonly ref: string;
	/** The commit; empty outside GitHub. */
	readonly sha: string;
	readonly defaultBranch?: string;
	/** The branch that a pull request is for, or that a tag was pushed from. */
	readonly baseRef?: string;
	/** Where the sources are, for people. */
	readonly sourceUrl?: string;
	/** When the commit was made; absent when neither the event nor git can say. */
	readonly commitDate?: Date;
}

interface Payload {
	readonly number?: number;
	readonly base_ref?: string | null;
	readonly repository?: { readonly default_branch?: string };
	readonly pull_request?: { readonly base?: { readonly ref?: string } };
	readonly commits?: readonly Commit[];
	readonly head_commit?: Commit | null;
}

interface Commit {
	readonly id?: string;
	readonly timestamp?: string;
}

/** Reads the event of this run (docs.github.com, "Default environment variables" and "Webhook events and payloads"). */
export async function readEvent(context: Pick<Context, 'env' | 'run'>): Promise<BuildEvent> {
	const { env } = context;
	const payload = await readPayload(env.GITHUB_EVENT_PATH);
	const name = env.GITHUB_EVENT_NAME ?? '';
	const sha = env.GITHUB_SHA ?? '';
	// That event runs on the base branch, but what it is about is the pull request.
	const ref = name === 'pull_request_target' ? `refs/pull/${payload.number}/merge` : (env.GITHUB_REF ?? '');
	const baseRef = payload.pull_request?.base?.ref ?? payload.base_ref?.replace(/^refs\/heads\//, '');
	const commitDate = sha === '' ? undefined : (dateIn(payload, sha) ?? (await dateByGit(sha, context)));
	return {
		name,
		ref,
		sha,
		...(payload.repository?.default_branch === undefined ? {} : { defaultBranch: payload.repository.default_branch }),
		...(baseRef === undefined ? {} : { baseRef }),
		...(env.GITHUB_REPOSITORY
			? { sourceUrl: `${env.GITHUB_SERVER_URL || 'https://github.com'}/${env.GITHUB_REPOSITORY}` }
			: {}),
		...(commitDate === undefined ? {} : { commitDate }),
	};
}

async function readPayload(path: string | undefined): Promise<Payload> {
	if (path === undefined || path === '') return {};
	try {
		return JSON.parse(await readFile(path, 'utf8')) as Payload;
	} catch (cause) {
		throw new PipelineError({
			code: 'environment',
			attempted: `Could not read the event of this run from GITHUB_EVENT_PATH (${path})`,
			answer: cause instanceof Error ? cause.message : String(cause),
			cause,
		});
	}
}

function dateIn({ commits = [], head_commit: head }: Payload, sha: string): Date | undefined {
	const commit = [...commits, ...(head ? [head] : [])].find(({ id }) => id === sha);
	return parseDate(commit?.timestamp);
}

async function dateByGit(sha: string, { env, run }: Pick<Context, 'env' | 'run'>): Promise<Date | undefined> {
	const workspace = env.GITHUB_WORKSPACE ? { cwd: env.GITHUB_WORKSPACE } : {};
	// No git, no checkout, or not this commit: the date is unknown then, and whoever needs it says so.
	const result = await run('git', ['log', '-1', '--format=%cI', sha, '--'], { env, ...workspace }).catch(
		() => undefined,
	);
	return result?.exitCode === 0 ? parseDate(result.stdout.trim()) : undefined;
}

function parseDate(text: string | undefined): Date | undefined {
	const date = new Date(text ?? '');
	return Number.isNaN(date.getTime()) ? undefined : date;
}
