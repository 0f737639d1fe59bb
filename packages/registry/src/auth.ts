import { type Context, PipelineError, readBody } from '@ecr-pipeline/core';
import { answeredWith } from './answer.ts';
import type { RegistryOptions } from './client.ts';
import { assertRedirectAllowed } from './redirect.ts';

/** The value of an Authorization header; undefined for a registry that wants none. */
export type Authorization = string | undefined;

export interface AuthorizationRequest extends Pick<RegistryOptions, 'host' | 'credentials' | 'preemptive'> {
	readonly scope: string;
	/** The WWW-Authenticate header of a 401. */
	readonly challenge?: string;
}

/**
 * Works out the Authorization header: Basic at once where the registry is known to take it, else what the challenge asks
 * for (distribution docs, "Token Authentication Specification").
 */
export async function authorize(request: AuthorizationRequest, context: Pick<Context, 'send'>): Promise<Authorization> {
	if (request.challenge === undefined && !request.preemptive) return undefined;
	const credentials = await request.credentials();
	const basic =
		credentials === undefined
			? undefined
			: `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')}`;
	if (request.challenge === undefined || !isBearer(request.challenge)) return basic;
	return bearer(request, basic, context);
}

/** Whether a challenge asks for a token instead of the password itself. */
export function isBearer(challenge: string): boolean {
	return /^bearer\s/i.test(challenge);
}

async function bearer(
	{ host, challenge = '', scope }: AuthorizationRequest,
	basic: string | undefined,
	context: Pick<Context, 'send'>,
): Promise<string> {
	const attempted = `Could not get a token for ${scope} on ${host}`;
	const parameters = new Map(
		[...challenge.matchAll(/(\w+)="([^"]*)"/g)].map((match) => [match[1] ?? '', match[2] ?? '']),
	);
	const realm = parameters.get('realm') ?? '';
	if (!URL.canParse(realm))
		throw new PipelineError({ code: 'access-denied', attempted, answer: `its challenge names no realm: ${challenge}` });
	const url = new URL(realm);
	// The password goes there: not over plain HTTP, and not to an address inside.
	assertRedirectAllowed(new URL(`https://${host}`), url);
	const service = parameters.get('service');
	if (service !== undefined) url.searchParams.set('service', service);
	url.searchParams.set('scope', parameters.get('scope') ?? scope);
	const response = await context.send({
		method: 'GET',
		url,
		headers: basic === undefined ? {} : { authorization: basic },
	});
	if (response.status !== 200) throw await answeredWith(response, { attempted, host: url.host });
	const token = tokenIn((await readBody(response.body, 1024 * 1024)).toString('utf8'));
	if (token === undefined)
		throw new PipelineError({ code: 'service', attempted, answer: `the answer of ${url.host} holds no token` });
	return `Bearer ${token}`;
}

function tokenIn(text: string): string | undefined {
	try {
		const { token, access_token: accessToken } = JSON.parse(text) as { token?: string; access_token?: string };
		return token || accessToken || undefined;
	} catch {
		return undefined;
	}
}
