import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readBody } from '@ecr-pipeline/core';

export const COMMIT = 'c0ffee'.padEnd(40, '0');
export const BOT = { login: 'github-actions[bot]', type: 'Bot' };

export interface StandInComment {
	readonly id: number;
	body: string;
	readonly user: { readonly login: string; readonly type: string };
}

/** A stand-in for GitHub's API on loopback: as much of it as the gate uses, with what it was asked. */
export interface GitHubStandIn {
	readonly url: string;
	/** By `owner/repo/path`, at COMMIT. */
	readonly files: Map<string, string>;
	readonly comments: StandInComment[];
	/** `GET /path` of every request. */
	readonly requests: string[];
	/** The token of the latest request. */
	authorization: string | undefined;
	/** What to answer instead, for the first request whose line starts with `of`; `times` of them. */
	fault:
		| { readonly of: string; readonly status: number; times: number; readonly headers?: Record<string, string> }
		| undefined;
	close(): Promise<void>;
}

const PAGE = 30;

export async function startGitHub(): Promise<GitHubStandIn> {
	const server = createServer((request, response) => void answer(github, request, response));
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const github: GitHubStandIn = {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		files: new Map(),
		comments: [],
		requests: [],
		authorization: undefined,
		fault: undefined,
		close: () =>
			new Promise((resolve) => {
				server.close(() => resolve());
				server.closeAllConnections();
			}),
	};
	return github;
}

interface Answer {
	readonly status: number;
	readonly value: unknown;
	readonly headers?: Readonly<Record<string, string>>;
}

const NOT_FOUND: Answer = { status: 404, value: { message: 'Not Found' } };

async function answer(github: GitHubStandIn, request: IncomingMessage, response: ServerResponse): Promise<void> {
	const url = new URL(request.url ?? '/', github.url);
	const line = `${request.method} ${url.pathname}`;
	github.requests.push(line);
	github.authorization = request.headers.authorization;
	const body = (await readBody(request)).toString('utf8');
	const { status, value, headers } = answerTo(github, request.method ?? '', url, body);
	const isText = typeof value === 'string';
	const type = isText ? 'application/vnd.github.raw+json; charset=utf-8' : 'application/json';
	response.writeHead(status, { 'content-type': type, 'x-github-request-id': 'A1:B2', ...headers });
	response.end(isText ? value : JSON.stringify(value));
}

function answerTo(github: GitHubStandIn, method: string, url: URL, body: string): Answer {
	const { fault } = github;
	if (fault !== undefined && fault.times > 0 && `${method} ${url.pathname}`.startsWith(fault.of)) {
		fault.times -= 1;
		return { ...fault, value: { message: `fault ${fault.status}` } };
	}
	if (url.pathname === '/graphql') return { status: 200, value: { data: { viewer: { login: BOT.login } } } };
	const [, , owner, repo, kind, ...rest] = url.pathname.split('/').map(decodeURIComponent);
	if (kind === 'commits') return { status: 200, value: COMMIT };
	if (kind === 'contents' && url.searchParams.get('ref') === COMMIT) {
		const value = github.files.get([owner, repo, ...rest].join('/'));
		return value === undefined ? NOT_FOUND : { status: 200, value };
	}
	return kind === 'issues' ? answerComments(github, method, url, body) : NOT_FOUND;
}

function answerComments({ comments }: GitHubStandIn, method: string, url: URL, body: string): Answer {
	const shown = (comment: StandInComment) => ({ ...comment, html_url: `https://github.example/c/${comment.id}` });
	if (method === 'GET') {
		const page = Number(url.searchParams.get('page') ?? 1);
		const next = new URL(url);
		next.searchParams.set('page', String(page + 1));
		const value = comments.slice((page - 1) * PAGE, page * PAGE).map(shown);
		return { status: 200, value, headers: page * PAGE < comments.length ? { link: `<${next.href}>; rel="next"` } : {} };
	}
	const text = (JSON.parse(body) as { body: string }).body;
	if (text.length > 65_536)
		return { status: 422, value: { message: 'body is too long (maximum is 65536 characters)' } };
	if (method === 'POST') {
		const comment = { id: comments.length + 1, body: text, user: BOT };
		comments.push(comment);
		return { status: 201, value: shown(comment) };
	}
	const found = comments.find(({ id }) => id === Number(url.pathname.split('/').at(-1)));
	if (found === undefined) return NOT_FOUND;
	found.body = text;
	return { status: 200, value: shown(found) };
}
