import type { MiddlewareHandler } from 'hono';
import type { ServerEnvironment } from '../server/environment.ts';
import type { World } from '../world.ts';
import { DistributionError } from './errors.ts';

/**
 * Basic authentication with a password of GetAuthorizationToken. The password says who calls; it opens the registries of
 * its own region, and what it may do in them is decided by each repository.
 */
export function authenticate(world: World): MiddlewareHandler<ServerEnvironment> {
	return async (c, next) => {
		const registry = c.get('registry');
		const [scheme = '', encoded = ''] = (c.req.header('authorization') ?? '').split(' ');
		const [user = '', password = ''] = split(Buffer.from(encoded, 'base64').toString('utf8'));
		const claims = scheme.toLowerCase() === 'basic' && user === 'AWS' ? world.tokens.read(password) : undefined;
		if (claims === undefined || claims.region !== registry.region)
			return c.text('Not Authorized\n', 401, {
				'www-authenticate': `Basic realm="${registry.endpoint}/",service="ecr.amazonaws.com"`,
			});
		if (claims.expiresAt <= world.clock.now())
			throw new DistributionError('DENIED', 403, 'Your authorization token has expired. Reauthenticate and try again.');
		c.set('principal', claims.principal);
		const { entry } = c.var;
		entry.account = registry.account;
		entry.region = registry.region;
		await next();
		return undefined;
	};
}

function split(userAndPassword: string): [string, string] {
	const colon = userAndPassword.indexOf(':');
	return [userAndPassword.slice(0, colon), userAndPassword.slice(colon + 1)];
}
