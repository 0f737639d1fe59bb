import { Hono } from 'hono';
import type { ServerEnvironment } from '../server/environment.ts';
import type { World } from '../world.ts';

const NOT_CLAIMS = new Set(['audience', 'api-version']);

/**
 * The addresses that a job reaches GitHub's issuer by. Query parameters other than `audience` are claims of that one
 * token, so that two jobs with different environments can run side by side against one issuer.
 */
export function githubApp({ oidc }: World): Hono<ServerEnvironment> {
	const app = new Hono<ServerEnvironment>();
	app.get('/_github/oidc/token', async (c) => {
		c.var.entry.operation = 'github:GetToken';
		const [scheme = '', token] = (c.req.header('authorization') ?? '').split(' ');
		if (scheme.toLowerCase() !== 'bearer' || token !== oidc.requestToken())
			return c.json({ message: 'The bearer is not ACTIONS_ID_TOKEN_REQUEST_TOKEN' }, 401);
		const query = c.req.query();
		const claims = Object.fromEntries(Object.entries(query).filter(([name]) => !NOT_CLAIMS.has(name)));
		return c.json({ count: 1, value: await oidc.issue(query.audience, claims) });
	});
	app.get('/_github/oidc/.well-known/jwks', async (c) => {
		c.var.entry.operation = 'github:GetKeys';
		return c.json(await oidc.keys());
	});
	app.get('/_github/oidc/.well-known/openid-configuration', (c) => {
		c.var.entry.operation = 'github:GetConfiguration';
		return c.json({
			issuer: oidc.url(),
			jwks_uri: `${oidc.url()}/.well-known/jwks`,
			response_types_supported: ['id_token'],
			subject_types_supported: ['public', 'pairwise'],
			id_token_signing_alg_values_supported: ['RS256'],
			scopes_supported: ['openid'],
		});
	});
	return app;
}
