import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { openWorkspace, problemsOfResult } from './gate.fixture.ts';
import { BOT, type GitHubStandIn, startGitHub } from './github.fixture.ts';

const INPUTS = { findings: 'ecr-enhanced.json', 'comment-on-pr': 'true', 'github-token': 'sesame' };

let workspace: ReturnType<typeof openWorkspace>;
let github: GitHubStandIn;

beforeEach(async () => {
	workspace = openWorkspace();
	workspace.put('pass.yml', 'version: 1\nblock: { cvss: 10 }\nunknown-severity: ignore\n');
	github = await startGitHub();
});
afterEach(() => github.close());

const pullRequest = (head = 'acme/shop') => ({ pull_request: { number: 7, head: { repo: { full_name: head } } } });
function comment(event: object = pullRequest(), inputs: Record<string, string> = {}) {
	workspace.put('event.json', JSON.stringify(event));
	return workspace.run(
		{ ...INPUTS, ...inputs },
		{
			GITHUB_API_URL: github.url,
			GITHUB_GRAPHQL_URL: `${github.url}/graphql`,
			GITHUB_EVENT_NAME: 'pull_request',
			GITHUB_EVENT_PATH: workspace.path('event.json'),
			GITHUB_REPOSITORY: 'acme/shop',
			GITHUB_SERVER_URL: 'https://github.example',
			GITHUB_RUN_ID: '42',
		},
	);
}
const writes = (): string[] => github.requests.filter((line) => /^(POST|PATCH) \/repos/.test(line));

it('writes one comment, and updates it in place', async () => {
	const first = await comment();
	expect(first.result.comment).toEqual({ state: 'created', url: 'https://github.example/c/1' });
	expect(first.outputs['comment-url']).toBe('https://github.example/c/1');
	expect(github.comments[0]?.body).toMatch(/^<!-- ecr-pipeline gate-on-findings [0-9a-f]+ -->\n### ❌ Failed: 5 of 7/);
	expect(github.comments[0]?.body).toContain('](https://github.example/acme/shop/actions/runs/42)');
	expect(problemsOfResult(first.outputs.result)).toEqual([]);
	const second = await comment(pullRequest(), { 'policy-file': 'pass.yml' });
	expect(second.result.comment?.state).toBe('updated');
	expect(github.comments).toHaveLength(1);
	expect(github.comments[0]?.body).toContain('### ✅ Passed');
});

it('leaves a comment alone that says the same already', async () => {
	await comment();
	expect((await comment()).result.comment?.state).toBe('unchanged');
	expect(writes()).toHaveLength(1);
});

it('finds its own comment on a later page, and never one that somebody else marked', async () => {
	await comment();
	const [own] = github.comments.splice(0, 1);
	const body = own?.body ?? '';
	const others = Array.from({ length: 70 }, (_, index) => ({
		id: 100 + index,
		body: index === 3 ? `${body} forged` : 'hello',
		user: { login: index === 3 ? 'github-actions' : 'mallory', type: 'User' },
	}));
	github.comments.push(...others, { id: 999, body: `${body} old`, user: BOT });
	expect((await comment()).result.comment?.url).toBe('https://github.example/c/999');
	expect(github.comments.find(({ id }) => id === 103)?.body).toBe(`${body} forged`);
	expect(github.comments).toHaveLength(71);
});

it.each([
	[
		'a fork, whose token may only read',
		pullRequest('mallory/shop'),
		403,
		/comes from a fork, whose token may only read/,
	],
	['a job without the permission', pullRequest(), 403, /"permissions: pull-requests: write"/],
	['an event that is about no pull request', { ref: 'refs/heads/main' }, 200, /pull_request is about no pull request/],
	['a server that is down', pullRequest(), 503, /HTTP 503/],
])('is said to be not possible for %s, and the verdict stands', async (_, event, status, reason) => {
	github.fault = status === 200 ? undefined : { of: 'POST /repos', status, times: 99 };
	const { result, failure, outputs } = await comment(event, { 'policy-file': 'pass.yml' });
	expect(outputs.verdict).toBe('passed');
	expect(failure).toBeUndefined();
	expect(result.comment).toEqual({ state: 'not-possible' });
	expect(workspace.printed().match(/^::warning/gm)).toHaveLength(1);
	expect(workspace.printed()).toMatch(reason);
	expect(github.comments).toEqual([]);
});

it('is not written twice when an answer is lost', async () => {
	github.fault = { of: 'POST /repos', status: 502, times: 1 };
	expect((await comment()).result.comment?.state).toBe('not-possible');
	expect(writes()).toHaveLength(1);
});

it('is short enough for GitHub, mentions nobody and links back from nothing, whatever the findings say', async () => {
	const item = (index: number) => ({
		id: `CVE-2026-${index} @acme/admins #1 <img src=x> --> ${'ü'.repeat(200)}`,
		aliases: [],
		severity: 'critical',
		givenSeverity: 'CRITICAL',
		cvss: [],
		packages: [
			{
				name: `@acme/team-${index} fixes #${index} GH-1`,
				path: '@acme/all #2 '.repeat(20),
				layers: [],
				fixedVersions: ['@x/y#3 '.repeat(20)],
			},
		],
		fix: 'unknown',
		platforms: ['linux/amd64'],
		links: [],
		status: 'active',
	});
	const digest = `sha256:${'a1'.repeat(32)}`;
	const findings = Array.from({ length: 3000 }, (_, index) => item(index));
	const platforms = [{ platform: 'linux/amd64', status: 'complete' }];
	const head = { schemaVersion: 1, repository: 'team/shop', digest, scanType: 'enhanced', platforms };
	workspace.put('many.json', JSON.stringify({ ...head, findings }));
	expect((await comment(pullRequest(), { findings: 'many.json' })).result.comment?.state).toBe('created');
	const body = github.comments[0]?.body ?? '';
	expect(Buffer.byteLength(body)).toBeLessThanOrEqual(64 * 1024);
	expect(body).toContain('#### What blocks');
	const outsideCode = body.replace(/<code>.*?<\/code>/g, '').replaceAll(/&#(?:64|35);\u200b/g, '');
	expect(outsideCode).not.toMatch(/@|&#64;|#\d|&#35;/);
	expect(body).not.toMatch(/GH-\d/);
	expect(body.indexOf('-->')).toBe(body.indexOf('\n') - 3);
});
