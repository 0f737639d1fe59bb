import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { send } from '../../test/http.ts';
import { type LocalEcr, startLocalEcr } from '../server/start.ts';

describe("GitHub's token issuer", () => {
	let server: LocalEcr;
	const ask = (query: string, bearer?: string) => {
		const { ACTIONS_ID_TOKEN_REQUEST_URL: url, ACTIONS_ID_TOKEN_REQUEST_TOKEN: token } = server.environment();
		return send('GET', `${url}${query}`, { headers: { authorization: `Bearer ${bearer ?? token}` } });
	};
	const claims = async (query: string) => {
		const { value } = (await ask(query)).json() as { value: string };
		const keys = createRemoteJWKSet(new URL(`${server.url}/_github/oidc/.well-known/jwks`));
		return (await jwtVerify(value, keys, { issuer: `${server.url}/_github/oidc` })).payload;
	};

	beforeAll(async () => {
		server = await startLocalEcr({
			seeds: ['github: {requestToken: known, claims: {repository: octo/hello, actor: me, repository_id: 42}}'],
		});
	});
	afterAll(() => server.close());

	it('signs a token for the audience, with the claims of the workflow, that its published keys verify', async () => {
		const payload = await claims('&audience=sts.amazonaws.com');
		expect(payload).toMatchObject({
			aud: 'sts.amazonaws.com',
			sub: 'repo:octo/hello:ref:refs/heads/main',
			repository: 'octo/hello',
			repository_owner: 'octo',
			repository_id: '42',
			ref: 'refs/heads/main',
			ref_type: 'branch',
			event_name: 'push',
			actor: 'me',
			runner_environment: 'github-hosted',
			jti: expect.any(String),
		});
		expect(payload.job_workflow_ref).toBe('octo/hello/.github/workflows/deploy.yml@refs/heads/main');
		expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(300);
	});

	it('names a job by its environment, a pull request as such, and a tag by its ref', async () => {
		expect((await claims('&environment=production')).sub).toBe('repo:octo/hello:environment:production');
		expect((await claims('&event_name=pull_request')).sub).toBe('repo:octo/hello:pull_request');
		const tag = await claims('&ref=refs/tags/v1');
		expect([tag.sub, tag.ref_type]).toEqual(['repo:octo/hello:ref:refs/tags/v1', 'tag']);
		expect(tag.aud).toBe('https://github.com/octo');
	});

	it('gives nothing without the token of the job', async () => {
		expect(server.environment().ACTIONS_ID_TOKEN_REQUEST_TOKEN).toBe('known');
		expect((await ask('&audience=x', 'guessed')).status).toBe(401);
	});
});
