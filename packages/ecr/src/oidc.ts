import { readFile } from 'node:fs/promises';
import { type Context, type HttpResponse, messageOf, PipelineError, readBody, retry } from '@ecr-pipeline/core';

/** Claims of GitHub's token that trust policies speak of (docs.github.com, "OpenID Connect reference"). */
export type TokenClaims = Readonly<Record<string, unknown>>;

/** Tells whether this job may ask GitHub for a token at all. */
export function canRequestToken(env: Context['env']): boolean {
	return Boolean(env.ACTIONS_ID_TOKEN_REQUEST_URL && env.ACTIONS_ID_TOKEN_REQUEST_TOKEN);
}

/** The token that a role is assumed with: from a file, else GitHub's for this job. */
export function obtainToken(
	{ tokenFile, audience }: { readonly tokenFile?: string; readonly audience: string },
	context: Context,
): Promise<string> {
	return tokenFile === undefined ? requestToken(audience, context) : tokenFromFile(tokenFile, context);
}

async function tokenFromFile(path: string, { mask }: Pick<Context, 'mask'>): Promise<string> {
	const attempted = `Could not read the web identity token file ${path}`;
	const token = await readFile(path, 'utf8').catch((cause: unknown) => {
		throw new PipelineError({ code: 'environment', attempted, answer: messageOf(cause), cause });
	});
	if (token.trim() === '') throw new PipelineError({ code: 'environment', attempted, answer: 'it is empty' });
	mask(token.trim());
	return token.trim();
}

/** Asks GitHub for this job's OIDC token. It lives for minutes: ask again rather than keep it. */
export async function requestToken(audience: string, context: Context): Promise<string> {
	const { ACTIONS_ID_TOKEN_REQUEST_URL: endpoint, ACTIONS_ID_TOKEN_REQUEST_TOKEN: bearer } = context.env;
	if (!endpoint || !bearer) throw await whyNoToken(context);
	const url = new URL(endpoint);
	url.searchParams.set('audience', audience);
	const attempted = `Could not get an OIDC token from GitHub (${url.host}) for the audience ${audience}`;
	const token = await retry(
		async () => {
			const response = await context.send({
				method: 'GET',
				url,
				headers: { authorization: `bearer ${bearer}`, accept: 'application/json' },
			});
			const text = (await readBody(response.body, 1024 * 1024)).toString('utf8');
			if (response.status !== 200) throw refusedToken(response, text, attempted);
			return (JSON.parse(text) as { value?: string }).value;
		},
		{ ...context, attempts: 5, again: (error) => !(error instanceof PipelineError) || error.code === 'service' },
	).catch((error: unknown) => {
		throw error instanceof PipelineError
			? error
			: new PipelineError({ code: 'service', attempted, answer: messageOf(error), cause: error });
	});
	if (!token) throw new PipelineError({ code: 'service', attempted, answer: 'it answered without a token' });
	context.mask(token);
	return token;
}

function refusedToken({ status, headers }: HttpResponse, text: string, attempted: string): PipelineError {
	const id = headers['x-github-request-id'] ?? headers['x-vss-e2eid'];
	const said = text.trim().slice(0, 200);
	const parts = [`HTTP ${status}`, ...(said === '' ? [] : [said]), ...(id === undefined ? [] : [`request id ${id}`])];
	const passes = status >= 500 || status === 429;
	return new PipelineError({
		code: passes ? 'service' : 'access-denied',
		attempted,
		answer: parts.join(', '),
		fix: passes
			? 'GitHub was busy, several times; run the job again.'
			: 'The right to ask ends with the job, and an audience is a URI or a plain name: check `audience`.',
	});
}

/** What a token says of itself; undefined for something that is not a JWT. Nothing is verified: AWS does that. */
export function tokenClaims(token: string): TokenClaims | undefined {
	try {
		return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')) as TokenClaims;
	} catch {
		return undefined;
	}
}

/** The three reasons why GitHub gives a job no token; the event says which it is. */
export async function whyNoToken({ env }: Pick<Context, 'env'>): Promise<PipelineError> {
	const attempted = 'This job may not ask GitHub for an OIDC token';
	const event = await readEvent(env.GITHUB_EVENT_PATH);
	if (event?.pull_request?.head?.repo?.fork === true) {
		return new PipelineError({
			code: 'access-denied',
			attempted,
			answer: 'it runs for a pull request from a fork, and those never get one',
			fix: 'Build without pushing there (build-push with push: false), and push after the merge.',
		});
	}
	if (env.GITHUB_ACTOR === 'dependabot[bot]') {
		return new PipelineError({
			code: 'access-denied',
			attempted,
			answer: 'it was started by Dependabot, whose runs never get one',
			fix: "Skip this step with `if: github.actor != 'dependabot[bot]'`, or run it on push after the merge.",
		});
	}
	return new PipelineError({
		code: 'access-denied',
		attempted,
		answer: 'the permission is missing',
		fix: 'Add `permissions: { id-token: write, contents: read }` to the job; in a reusable workflow the calling job must grant it too. Without OIDC: put AWS credentials into the environment first.',
	});
}

interface PullRequestEvent {
	readonly pull_request?: { readonly head?: { readonly repo?: { readonly fork?: boolean } } };
}

async function readEvent(path: string | undefined): Promise<PullRequestEvent | undefined> {
	if (!path) return undefined;
	try {
		return JSON.parse(await readFile(path, 'utf8')) as PullRequestEvent;
	} catch {
		return undefined;
	}
}
