import { type AwsIdentity, type Context, PipelineError } from '@ecr-pipeline/core';
import type { RegistryCredentials } from '@ecr-pipeline/registry';
import { authorizePublicRegistry, openAuthorizer, type RegistryAuthorization } from './authorization.ts';
import { isExported, type Login, type LoginSession, sessionCredentials } from './logins.ts';
import { canRequestToken } from './oidc.ts';
import { establishSession, type Session } from './session.ts';

// A session or token that ends within this time is renewed before it is used.
const MARGIN_MILLISECONDS = 60_000;

/** How AWS is called for a login: with its session while that lasts, then with the next one, got in the same way. */
export function identityOf({ region, session }: Pick<Login, 'region' | 'session'>, context: Context): AwsIdentity {
	if (session === undefined) return { region };
	return {
		region,
		credentials: async () => {
			const lasts = Date.parse(session.expiration) - MARGIN_MILLISECONDS > context.clock.now();
			const current = lasts ? sessionCredentials(session, context.env) : undefined;
			return current ?? (await renewOnce(session, context)).credentials;
		},
	};
}

const renewals = new WeakMap<LoginSession, Promise<Session>>();

/** One login has several clients (control plane, registry); they share what one of them has renewed, while it lasts. */
async function renewOnce(session: LoginSession, context: Context): Promise<Session> {
	const known = renewals.get(session);
	const earlier = await known?.catch(() => undefined);
	const lasts =
		earlier !== undefined && earlier.credentials.expiration.getTime() - MARGIN_MILLISECONDS > context.clock.now();
	if (lasts) return earlier;
	// Somebody else may have begun while this one waited to see that the earlier is over.
	const begun = renewals.get(session);
	const next = begun === undefined || begun === known ? renew(session, context) : begun;
	renewals.set(session, next);
	return next;
}

async function renew(session: LoginSession, context: Context): Promise<Session> {
	const { env } = context;
	const byToken = session.request.tokenFile !== undefined || canRequestToken(env);
	// The role was assumed with ambient credentials, and the exported session has taken their place.
	if (!byToken && isExported(session, env)) {
		throw new PipelineError({
			code: 'access-denied',
			attempted: `The session of ${session.request.role} has ended, and there is nothing to renew it with`,
			answer: `it lasted until ${session.expiration}`,
			fix: 'Raise role-duration-seconds, or set export-credentials: false so that the credentials it was assumed with stay.',
		});
	}
	return establishSession(session.request, context);
}

/** Asks for a new password of the registry of a login. */
export async function authorizeLogin(login: Login, context: Context): Promise<RegistryAuthorization> {
	const identity = identityOf(login, context);
	if (login.type === 'public') return authorizePublicRegistry(identity.credentials, context);
	return openAuthorizer(context)(identity);
}

/** The password of a login while it lasts, then the next. */
export function registryCredentials(login: Login, context: Context): () => Promise<RegistryCredentials> {
	let current =
		login.registryCredentials === undefined
			? undefined
			: { credentials: login.registryCredentials, expiresAt: new Date(login.registryCredentialsExpire) };
	let next: Promise<RegistryAuthorization> | undefined;
	return async () => {
		if (current === undefined || current.expiresAt.getTime() - MARGIN_MILLISECONDS < context.clock.now()) {
			// Many requests find out at the same time that it is over.
			next ??= authorizeLogin(login, context).finally(() => {
				next = undefined;
			});
			current = await next;
		}
		return current.credentials;
	};
}
