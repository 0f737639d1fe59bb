import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { newId } from '../ids.ts';
import type { FaultRule } from './rules.ts';

interface Refusal {
	readonly status: number;
	readonly code: string;
	readonly message: string;
	readonly headers: Readonly<Record<string, string>>;
}

/** Answers with an error in the words that this part of AWS has for it. */
export function refuse(c: Context, operation: string, rule: FaultRule): Response {
	const [service = ''] = operation.split(':');
	const refusal = refusalOf(service, rule);
	const { status, code, message, headers } = refusal;
	const requestId = newId();
	const answered = status as ContentfulStatusCode;
	if (service === 'v2') return c.json({ errors: [{ code, message, detail: {} }] }, answered, { ...headers });
	if (service === 'sts' || service === 'storage')
		return c.body(xml(service, refusal, requestId), answered, {
			'content-type': 'text/xml',
			'x-amzn-requestid': requestId,
			...headers,
		});
	if (service === 'github') return c.json({ message }, answered, { ...headers });
	return c.body(JSON.stringify({ __type: code, message }), answered, {
		'content-type': service === 'inspector2' ? 'application/json' : 'application/x-amz-json-1.1',
		'x-amzn-requestid': requestId,
		'x-amzn-errortype': code,
		...headers,
	});
}

function refusalOf(service: string, rule: FaultRule): Refusal {
	switch (rule.fault) {
		case 'throttle':
			return throttled(service, rule.retryAfterSeconds ?? 1);
		case 'expired-token':
			return expired(service);
		default:
			return failed(service, rule);
	}
}

function throttled(service: string, seconds: number): Refusal {
	const headers = { 'retry-after': String(seconds) };
	if (service === 'v2')
		return { status: 429, code: 'TOOMANYREQUESTS', message: 'toomanyrequests: Rate exceeded', headers };
	if (service === 'storage')
		return { status: 503, code: 'SlowDown', message: 'Please reduce your request rate.', headers };
	if (service === 'github') return { status: 429, code: 'TooManyRequests', message: 'Rate limit exceeded', headers };
	const code = service === 'sts' ? 'Throttling' : 'ThrottlingException';
	// Inspector's model gives its ThrottlingException a status of its own.
	return { status: service === 'inspector2' ? 429 : 400, code, message: 'Rate exceeded', headers };
}

function expired(service: string): Refusal {
	const headers = {};
	if (service === 'v2') {
		const message = 'Your authorization token has expired. Reauthenticate and try again.';
		return { status: 403, code: 'DENIED', message, headers };
	}
	if (service === 'storage') return { status: 403, code: 'AccessDenied', message: 'Request has expired', headers };
	if (service === 'github') return { status: 401, code: 'Unauthorized', message: 'The token has expired', headers };
	const message = 'The security token included in the request is expired';
	return { status: 400, code: 'ExpiredTokenException', message, headers };
}

/** The names that the services have for a failure of their own. */
const FAILURES: Readonly<Record<string, string>> = {
	v2: 'UNKNOWN',
	storage: 'InternalError',
	sts: 'InternalFailure',
	inspector2: 'InternalServerException',
};

function failed(service: string, rule: FaultRule): Refusal {
	const code = rule.code ?? FAILURES[service] ?? 'ServerException';
	const status = rule.status ?? (rule.code === undefined ? 500 : 400);
	return { status, code, message: 'A fault that was asked for', headers: {} };
}

function xml(service: string, { status, code, message }: Refusal, requestId: string): string {
	const type = status < 500 ? 'Sender' : 'Receiver';
	const error = `<Error><Type>${type}</Type><Code>${code}</Code><Message>${message}</Message></Error>`;
	if (service === 'storage')
		return `<Error><Code>${code}</Code><Message>${message}</Message><RequestId>${requestId}</RequestId></Error>`;
	return `<ErrorResponse>${error}<RequestId>${requestId}</RequestId></ErrorResponse>`;
}
