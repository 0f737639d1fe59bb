import { type Context, messageOf, PipelineError, readBody, retry, retryAfterMilliseconds } from '@ecr-pipeline/core';
import { Octokit } from '@octokit/core';
import { paginateRest } from '@octokit/plugin-paginate-rest';

const ATTEMPTS = 4;
const REDIRECTS = 3;

const GitHubClient = Octokit.plugin(paginateRest);
export type GitHub = InstanceType<typeof GitHubClient>;

/**
 * A client of GitHub's API, of this server's (GITHUB_API_URL, GITHUB_GRAPHQL_URL on GitHub Enterprise), over the suite's own
 * connections, so that proxies and authorities count here too.
 * @param token empty: nothing but what is public can be read
 */
export function openGitHub(token: string, context: Context): GitHub {
	if (token !== '') context.mask(token);
	const { GITHUB_API_URL: url, GITHUB_GRAPHQL_URL: graphql } = context.env;
	const client = new GitHubClient({
		...(token === '' ? {} : { auth: token }),
		...(url ? { baseUrl: url } : {}),
		userAgent: 'ecr-pipeline',
		request: { fetch: fetchOver(context) },
		log: { debug: context.log.debug, info: context.log.debug, warn: context.log.debug, error: context.log.debug },
	});
	// Octokit finds it below /api of its base URL, which holds for GitHub's own servers only.
	if (graphql) client.graphql = client.graphql.defaults({ url: graphql });
	client.hook.wrap('request', (send, options) =>
		retry(async () => send(options), {
			clock: context.clock,
			random: context.random,
			attempts: ATTEMPTS,
			again: (error) => again(error, options.method, context),
		}),
	);
	return client;
}

/** Any failure of GitHub's API, with what answered and its request id. */
export function explainGitHubError(
	error: unknown,
	attempted: string,
	fix: Readonly<Record<number, string>>,
): PipelineError {
	const { status, headers } = partsOf(error);
	const id = headers['x-github-request-id'];
	const code = status === 404 ? 'not-found' : status === 401 || status === 403 ? 'access-denied' : 'service';
	const advice = fix[status ?? 0];
	return new PipelineError({
		code,
		attempted,
		answer: `${messageOf(error)}${status === undefined ? '' : ` (HTTP ${status}${id === undefined ? '' : `, request ${id}`})`}`,
		...(advice === undefined ? {} : { fix: advice }),
		cause: error,
	});
}

// A POST that was not answered may have been obeyed: a second one would be a second comment.
function again(error: unknown, method: string, { clock }: Context): ReturnType<Parameters<typeof retry>[1]['again']> {
	const { status, headers } = partsOf(error);
	const wait = retryAfterMilliseconds(headers['retry-after'], clock.now());
	if (wait !== undefined) return wait > 60_000 ? false : { afterMilliseconds: wait };
	if (status === 429) return true;
	return method !== 'POST' && (status === undefined || status >= 500);
}

function partsOf(error: unknown): { readonly status?: number; readonly headers: Readonly<Record<string, string>> } {
	const { status, response } = error as { status?: number; response?: { headers?: Record<string, string> } };
	// Octokit answers a failed connection with a status of 500 and no response.
	return { ...(response === undefined || status === undefined ? {} : { status }), headers: response?.headers ?? {} };
}

/** What Octokit takes for fetch, over the suite's own client. Moved repositories are followed, on the same server only: the token goes along. */
function fetchOver({ send }: Context): (input: string | URL | Request, init?: RequestInit) => Promise<Response> {
	return async (input, init = {}) => {
		const start = new URL(String(input));
		for (let url = start, hops = 0; ; hops += 1) {
			const { status, headers, body } = await send({
				method: init.method ?? 'GET',
				url,
				headers: Object.fromEntries(new Headers(init.headers)),
				...(typeof init.body === 'string' ? { body: init.body } : {}),
				...(init.signal ? { signal: init.signal } : {}),
			});
			const bytes = await readBody(body);
			const next = status >= 301 && status <= 308 && headers.location ? new URL(headers.location, url) : undefined;
			if (next === undefined)
				return new Response(status === 204 || status === 304 ? null : bytes, {
					status,
					headers: Object.entries(headers).flatMap(([name, value]) =>
						[value ?? []].flat().map((item): [string, string] => [name, item]),
					),
				});
			if (next.origin !== start.origin || hops === REDIRECTS)
				throw new Error(`${url.host} answered ${status} to ${next.host}, which is not followed`);
			url = next;
		}
	};
}
