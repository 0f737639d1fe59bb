import { type Context, PipelineError, readBody } from '@ecr-pipeline/core';
import type { RegistryOptions } from './client.ts';

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
	if (request.challenge === undefined || !/^bearer\s/i.test(request.challenge)) return basic;
	return bearer(request, basic, context);
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
	const realm = parameters.get('realm');
	if (realm === undefined)
		throw new PipelineError({ code: 'access-denied', attempted, answer: `its challenge names no realm: ${challenge}` });
	const url = new URL(realm);
	const service = parameters.get('service');
	if (service !== undefined) url.searchParams.set('service', service);
	url.searchParams.set('scope', parameters.get('scope') ?? scope);
	const response = await context.send({
		method: 'GET',
		url,
		headers: basic === undefined ? {} : { authorization: basic },
	});
	const text = (await readBody(response.body, 1024 * 1024)).toString('utf8');
	if (response.status !== 200) {
		throw new PipelineError({
			code: 'access-denied',
			attempted,
			answer: `${url.host} answered ${response.status}`,
			fix: `Log in to ${host} before this step.`,
		});
	}
	const { token, access_token: accessToken } = JSON.parse(text) as { token?: string; access_token?: string };
	return `Bearer ${token ?? accessToken ?? ''}`;
}
