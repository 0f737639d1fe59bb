import XMLBuilder from 'fast-xml-builder';
import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { identifyCaller } from '../aws/caller.ts';
import { ServiceError } from '../aws/service-error.ts';
import { newId } from '../ids.ts';
import type { ServerEnvironment } from '../server/environment.ts';
import type { World } from '../world.ts';
import { type Assumed, assumeRole, assumeWithWebIdentity } from './assume.ts';

const NAMESPACE = 'https://sts.amazonaws.com/doc/2011-06-15/';
const builder = new XMLBuilder({ ignoreAttributes: false });

type ApiContext = Context<ServerEnvironment>;

/** AWS query protocol: a form comes in, XML goes out. STS is the one service here that speaks it. */
export async function answerQuery(c: ApiContext, world: World): Promise<Response> {
	const requestId = newId();
	try {
		const parameters = new URLSearchParams(await c.req.text());
		const action = parameters.get('Action') ?? '';
		c.var.entry.operation = `sts:${action}`;
		const result = await perform(c, world, action, parameters);
		const body = {
			[`${action}Response`]: {
				'@_xmlns': NAMESPACE,
				[`${action}Result`]: result,
				ResponseMetadata: { RequestId: requestId },
			},
		};
		return sendXml(c, 200, requestId, body);
	} catch (error) {
		return sendQueryError(c, requestId, error);
	}
}

async function perform(c: ApiContext, world: World, action: string, parameters: URLSearchParams): Promise<object> {
	const { entry } = c.var;
	if (action === 'AssumeRoleWithWebIdentity') {
		const assumed = await assumeWithWebIdentity(world, parameters);
		entry.account = assumed.session.account;
		return {
			...assumedShape(assumed),
			Audience: assumed.token?.aud,
			Provider: `arn:aws:iam::${assumed.session.account}:oidc-provider/${world.oidc.url().replace(/^https?:\/\//, '')}`,
			SubjectFromWebIdentityToken: assumed.token?.sub,
		};
	}
	const { principal, region } = identifyCaller((name) => c.req.header(name), world.credentials);
	entry.account = principal.account;
	entry.region = region;
	if (action === 'AssumeRole') return assumedShape(assumeRole(world, principal, parameters));
	if (action === 'GetCallerIdentity')
		return { Arn: principal.arn, UserId: principal.userId, Account: principal.account };
	throw new ServiceError('InvalidAction', `Could not find operation ${action} for version 2011-06-15`);
}

function assumedShape({ session, assumedRoleId }: Assumed): object {
	return {
		Credentials: {
			AccessKeyId: session.accessKeyId,
			SecretAccessKey: session.secretAccessKey,
			SessionToken: session.sessionToken,
			Expiration: new Date(session.expiresAt).toISOString().replace(/\.\d+Z$/, 'Z'),
		},
		AssumedRoleUser: { AssumedRoleId: assumedRoleId, Arn: session.arn },
	};
}

/** The names that STS gives to what the JSON services call otherwise. */
const STS_CODES: Readonly<Record<string, readonly [code: string, status: number]>> = {
	AccessDeniedException: ['AccessDenied', 403],
	UnrecognizedClientException: ['InvalidClientTokenId', 403],
	ExpiredTokenException: ['ExpiredTokenException', 400],
	MissingAuthenticationTokenException: ['MissingAuthenticationToken', 403],
	IncompleteSignatureException: ['IncompleteSignature', 403],
};

function sendQueryError(c: ApiContext, requestId: string, error: unknown): Response {
	const known = error instanceof ServiceError ? error : new ServiceError('InternalFailure', String(error), 500);
	const [code, status] = STS_CODES[known.code] ?? [known.code, known.status];
	const body = {
		ErrorResponse: {
			'@_xmlns': NAMESPACE,
			Error: { Type: status < 500 ? 'Sender' : 'Receiver', Code: code, Message: known.message },
			RequestId: requestId,
		},
	};
	return sendXml(c, status, requestId, body);
}

function sendXml(c: ApiContext, status: number, requestId: string, body: object): Response {
	return c.body(builder.build(body), status as ContentfulStatusCode, {
		'content-type': 'text/xml',
		'x-amzn-requestid': requestId,
	});
}
