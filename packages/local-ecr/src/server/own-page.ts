import type { MiddlewareHandler } from 'hono';
import type { ServerEnvironment } from './environment.ts';

const LOOPBACK = /^(?:(?:.+\.)?localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/**
 * Lets a person's programs and our own page through, and no page of elsewhere: any page in a browser may send a POST to
 * loopback, and a name that its owner leads to 127.0.0.1 (DNS rebinding) lets it read the answer too. Browsers tell the
 * page in Origin, which scripts cannot change (Fetch, section 3.2), and the name that was asked for in Host.
 */
export function ownPageOnly(): MiddlewareHandler<ServerEnvironment> {
	return async (c, next) => {
		const { hostname, origin: own } = new URL(c.req.url);
		const origin = c.req.header('origin');
		if (!LOOPBACK.test(hostname))
			return c.json({ message: `the Host ${hostname} is not this machine: ask 127.0.0.1 or localhost` }, 403);
		if (origin !== undefined && origin !== own)
			return c.json({ message: `a page of ${origin} may not steer ${own}: leave the header Origin out` }, 403);
		return next();
	};
}
