import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Fault } from './scenario.ts';

export interface FaultProxy {
	readonly url: string;
	/** Operations asked so far, in order. */
	readonly asked: () => readonly string[];
	readonly close: () => Promise<void>;
}

/**
 * Stands between an action and a local ECR, counts what is asked, and changes answers as the faults say.
 * @param onScanAsked hears each question about a scan before it is answered
 */
export async function startFaultProxy(
	target: string,
	faults: readonly Fault[],
	onScanAsked: () => void,
): Promise<FaultProxy> {
	const asked: string[] = [];
	const seen = new Map<Fault, number>();
	const faultFor = (operation: string, body: string): Fault | undefined =>
		faults.find((fault) => {
			if (fault.operation !== operation || (fault.laterPages === true && !body.includes('"nextToken"'))) return false;
			const before = seen.get(fault) ?? 0;
			seen.set(fault, before + 1);
			const { after = 0, times = Number.POSITIVE_INFINITY } = fault;
			return before >= after && before < after + times;
		});

	const server = createServer((request, response) => {
		// An action that is killed while it asks breaks its connection, and there is nobody to answer.
		answer(request, response).catch(() => response.destroy());
	});
	const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
		const chunks: Buffer[] = [];
		for await (const chunk of request) chunks.push(chunk as Buffer);
		const body = Buffer.concat(chunks);
		const operation = operationOf(request.headers['x-amz-target'], request.url ?? '/');
		asked.push(operation);
		if (operation === 'DescribeImageScanFindings') onScanAsked();
		const fault = faultFor(operation, body.toString());
		if (fault?.error !== undefined) {
			const { status, type, message } = fault.error;
			response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-errortype': type });
			response.end(JSON.stringify({ __type: type, message }));
			return;
		}
		const { host: _, connection: __, 'content-length': ___, ...headers } = request.headers;
		const own = await fetch(new URL(request.url ?? '/', target), {
			method: request.method ?? 'POST',
			headers: headers as Record<string, string>,
			...(body.length === 0 ? {} : { body }),
		});
		const text = await own.text();
		response.writeHead(own.status, { 'content-type': own.headers.get('content-type') ?? 'application/json' });
		response.end(fault?.set === undefined ? text : changed(text, fault.set));
	};
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		asked: () => asked,
		close: () =>
			new Promise((resolve) => {
				server.close(() => resolve());
				server.closeAllConnections();
			}),
	};
}

const PATHS: Readonly<Record<string, string>> = {
	'/coverage/list': 'ListCoverage',
	'/findings/list': 'ListFindings',
	'/findings/details/batch/get': 'BatchGetFindingDetails',
};

function operationOf(target: string | string[] | undefined, url: string): string {
	if (typeof target === 'string') return target.split('.').at(-1) ?? target;
	return PATHS[url] ?? url;
}

function changed(text: string, members: Readonly<Record<string, unknown>>): string {
	const answer = JSON.parse(text) as Record<string, unknown>;
	for (const [path, value] of Object.entries(members)) {
		const keys = path.split('.');
		const last = keys.pop() ?? '';
		let place = answer;
		for (const key of keys) {
			place[key] ??= {};
			place = place[key] as Record<string, unknown>;
		}
		if (value === null) delete place[last];
		else place[last] = value;
	}
	return JSON.stringify(answer);
}
