import { readFileSync } from 'node:fs';
import { digestOf } from '@ecr-pipeline/core';
import { readVerdict } from '@ecr-pipeline/findings';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openWorkspace, problemsOfResult } from './gate.fixture.ts';
import { COMMIT, type GitHubStandIn, startGitHub } from './github.fixture.ts';
import { policySource } from './policy-source.ts';

const FINDINGS = { findings: 'ecr-enhanced.json' };
const STRICT = 'version: 1\nblock: { severity: low }\n';

let workspace: ReturnType<typeof openWorkspace>;
let github: GitHubStandIn;
const server = () => ({ GITHUB_API_URL: github.url, GITHUB_SERVER_URL: 'https://github.example' });

beforeEach(async () => {
	workspace = openWorkspace();
	github = await startGitHub();
});
afterEach(() => github.close());

describe('a policy file', () => {
	it('is named by the verdict with the digest of its bytes', async () => {
		workspace.put('p.yml', `${STRICT}# a word\n`);
		const { result } = await workspace.run({ ...FINDINGS, 'policy-file': './p.yml' });
		const verdict = readVerdict(readFileSync(result.files.verdict, 'utf8'), 'v');
		expect(verdict).toMatchObject({ policyUri: 'p.yml', policyDigest: digestOf(`${STRICT}# a word\n`) });
	});

	it.each([
		['.github/image-policy.yml', { kind: 'file', path: '.github/image-policy.yml' }],
		['./o/r/p@v1', { kind: 'file', path: './o/r/p@v1' }],
		['o/r/p.yml', { kind: 'file', path: 'o/r/p.yml' }],
		['o/r/a/b.yml@release/1', { kind: 'github', owner: 'o', repo: 'r', path: 'a/b.yml', ref: 'release/1' }],
	])('%s is found where it says', (text, source) => {
		expect(policySource(text)).toEqual(source);
	});
});

describe('a central policy', () => {
	const inputs = { ...FINDINGS, 'policy-file': 'acme/security/policies/image.yml@release/1', 'github-token': 'sesame' };
	beforeEach(() => {
		github.files.set('acme/security/policies/image.yml', STRICT);
	});

	it('is read at one commit, with the token, and the verdict names that commit', async () => {
		const { result, outputs } = await workspace.run(inputs, server());
		expect(github.requests).toEqual([
			'GET /repos/acme/security/commits/release%2F1',
			'GET /repos/acme/security/contents/policies%2Fimage.yml',
		]);
		expect(github.authorization).toBe('token sesame');
		expect(workspace.printed()).toContain('::add-mask::sesame');
		const uri = `git+https://github.example/acme/security@${COMMIT}#policies/image.yml`;
		expect(result.policy).toEqual({ uri, digest: digestOf(STRICT) });
		expect(outputs.blocking).toBe(6);
	});

	it('of a commit needs one request', async () => {
		await workspace.run({ ...inputs, 'policy-file': `acme/security/policies/image.yml@${COMMIT}` }, server());
		expect(github.requests).toHaveLength(1);
	});

	it('is not looked for in the workspace, where a pull request could put it', async () => {
		workspace.put('acme/security/policies/image.yml@release/1', 'version: 1\nblock: { cvss: 10 }\n');
		const { result } = await workspace.run(inputs, server());
		expect(result.policy.digest).toBe(digestOf(STRICT));
	});

	it('that is not there, or not readable, is an error with the request id and what to do', async () => {
		github.files.clear();
		await expect(workspace.run(inputs, server())).rejects.toThrow(
			/policies\/image\.yml@release\/1 \(input "policy-file"\).*HTTP 404, request A1:B2.*"contents: read" on acme\/security/,
		);
		github.fault = { of: 'GET', status: 403, times: 9 };
		await expect(workspace.run(inputs, server())).rejects.toThrow(/HTTP 403/);
	});

	it('survives an answer of 502 and a server that asks to wait, and follows a repository that has moved', async () => {
		github.fault = { of: 'GET', status: 502, times: 2 };
		await workspace.run(inputs, server());
		github.fault = { of: 'GET', status: 429, times: 1, headers: { 'retry-after': '1' } };
		await workspace.run(inputs, server());
		const location = `/repos/acme/security/contents/policies%2Fimage.yml?ref=${COMMIT}`;
		github.files.set('acme/old/image.yml', 'moved');
		github.fault = { of: 'GET /repos/acme/old/contents', status: 301, times: 1, headers: { location } };
		const moved = { ...inputs, 'policy-file': `acme/old/image.yml@${COMMIT}` };
		expect((await workspace.run(moved, server())).result.policy.digest).toBe(digestOf(STRICT));
	});

	it('does not take its token to another server', async () => {
		const other = await startGitHub();
		try {
			const location = `${other.url}/repos/acme/security/contents/policies%2Fimage.yml?ref=${COMMIT}`;
			github.fault = { of: 'GET /repos/acme/security/contents', status: 302, times: 99, headers: { location } };
			await expect(workspace.run(inputs, server())).rejects.toThrow(/302 to .*, which is not followed/);
			expect(other.requests).toEqual([]);
		} finally {
			await other.close();
		}
	});
});

describe('an org policy', () => {
	it('holds beside the policy, and the verdict and the result name both', async () => {
		workspace.put('org.yml', STRICT);
		workspace.put('p.yml', 'version: 1\nblock: { cvss: 10 }\n');
		const { outputs, result } = await workspace.run({
			...FINDINGS,
			'policy-file': 'p.yml',
			'org-policy-file': 'org.yml',
		});
		expect(outputs.blocking).toBe(6);
		expect(result.evaluation.decisions[0]?.rule).toBe('org:block.severity');
		const verdict = readVerdict(readFileSync(result.files.verdict, 'utf8'), 'v');
		expect(verdict.policyDigest).toBe(digestOf('version: 1\nblock: { cvss: 10 }\n'));
		expect(verdict.orgPolicyDigest).toBe(digestOf(STRICT));
		expect(outputs.result).toMatchObject({ policy: { uri: 'p.yml', org: { uri: 'org.yml' } } });
		expect(problemsOfResult(outputs.result)).toEqual([]);
	});

	it('refuses what would loosen it, whether in a file or in the shorthands', async () => {
		workspace.put('org.yml', 'version: 1\nblock: { severity: medium }\n');
		const loose = workspace.run({
			...FINDINGS,
			'org-policy-file': 'org.yml',
			'fail-on-severity': 'critical',
			'max-high': '3',
		});
		await expect(loose).rejects.toThrow(
			/of the inputs would loosen the org policy org\.yml: block\.severity is critical, .*medium\nmax\.high is 3, .*0/,
		);
		const without = await workspace.run({ ...FINDINGS, 'org-policy-file': 'org.yml' });
		expect(without.outputs.blocking).toBe(6);
	});

	it('refuses VEX and a baseline that it does not accept', async () => {
		workspace.put('org.yml', STRICT);
		const inputs = { ...FINDINGS, 'org-policy-file': 'org.yml', baseline: 'inspector.json' };
		await expect(workspace.run(inputs)).rejects.toThrow(/"baseline" would loosen the org policy org\.yml/);
		workspace.put('org.yml', `${STRICT}accept: [baseline]\n`);
		expect((await workspace.run(inputs)).result.evaluation.classes['in-baseline']).toBe(1);
	});
});

describe('inputs that are wrong', () => {
	it('are all named at once, before GitHub is asked for anything', async () => {
		const wrong = workspace.run(
			{
				...FINDINGS,
				'policy-file': 'acme/security/image.yml@v1',
				'org-policy-file': 'no.yml',
				baseline: 'no.json, team/shop:latest',
				'base-image': 'Not An Image',
				'comment-on-pr': 'yes',
				'fail-on-severity': 'high',
			},
			server(),
		);
		const names = ['base-image', 'org-policy-file', 'fail-on-severity', 'baseline', 'baseline', 'comment-on-pr'];
		await expect(wrong).rejects.toThrow(new RegExp(names.map((name) => `Input "${name}" is`).join('[\\s\\S]*')));
		expect(github.requests).toEqual([]);
	});
});

describe('explain', () => {
	it('tells in log, summary and result which rule decided', async () => {
		const { outputs, summary } = await workspace.run({ ...FINDINGS, explain: 'CVE-2026-1001, CVE-0000-0' });
		expect(workspace.printed()).toMatch(
			/explain CVE-2026-1001: .*is blocking\n {2}- block\.severity decides: severity critical/,
		);
		expect(workspace.printed()).toContain('explain CVE-0000-0: no finding of this image has this id or alias');
		expect(summary).toContain('#### Explained');
		expect(outputs.result).toMatchObject({
			explained: [{ id: 'CVE-2026-1001', class: 'blocking', rule: 'block.severity' }],
		});
		expect(problemsOfResult(outputs.result)).toEqual([]);
	});
});

describe('the vex-file', () => {
	it('holds the ignore rules, and reads back as what ignores the same', async () => {
		const rule = 'ignore: [{ id: CVE-2026-1001, reason: r, expires: never, justification: component_not_present }]\n';
		workspace.put('p.yml', `version: 1\n${rule}`);
		const first = await workspace.run({ ...FINDINGS, 'policy-file': 'p.yml', 'vex-file': 'out.vex.json' });
		expect(first.outputs['vex-file']).toBe(workspace.path('out.vex.json'));
		const second = await workspace.run({ ...FINDINGS, vex: 'out.vex.json' });
		expect(second.result.evaluation.classes['vex-not-affected']).toBe(1);
		expect(second.outputs.blocking).toBe(first.outputs.blocking);
	});
});

it('reaches the same verdict again from the same inputs, but for the time', async () => {
	workspace.put('org.yml', `${STRICT}accept: [ignore, vex, baseline]\n`);
	workspace.put('p.yml', 'version: 1\nignore: [{ id: CVE-2026-1001, reason: r, expires: never }]\n');
	const inputs = { ...FINDINGS, 'policy-file': 'p.yml', 'org-policy-file': 'org.yml', baseline: 'inspector.json' };
	const bytes = async (now: number) => {
		const { result } = await workspace.run(inputs, {}, now);
		return [result.files.verdict, result.files.vex].map((file) =>
			readFileSync(file, 'utf8').replaceAll(new Date(now).toISOString(), 'T'),
		);
	};
	expect(await bytes(Date.parse('2026-06-15T12:00:00Z'))).toEqual(await bytes(Date.parse('2026-07-15T12:00:00Z')));
});
