import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { ECR_NOT_IMPLEMENTED, ecrOperations } from '../ecr/operations.ts';
import { ECR_PUBLIC_NOT_IMPLEMENTED, ecrPublicOperations } from '../ecr-public/operations.ts';
import { ecsOperations } from '../ecs/operations.ts';
import { newId } from '../ids.ts';
import type { ServerEnvironment } from '../server/environment.ts';
import type { World } from '../world.ts';
import { authorize } from './authorize.ts';
import type { Operations } from './call.ts';
import { identifyCaller } from './caller.ts';
import { ServiceError } from './service-error.ts';
import { toWire } from './wire.ts';

interface Service {
	readonly name: string;
	readonly operations: Operations;
	/** What the model has and is not implemented here. */
	readonly missing?: readonly string[];
}

/** By the target prefix of their models. */
const SERVICES: Readonly<Record<string, Service>> = {
	AmazonEC2ContainerRegistry_V20150921: { name: 'ecr', operations: ecrOperations, missing: ECR_NOT_IMPLEMENTED },
	SpencerFrontendService: { name: 'ecr-public', operations: ecrPublicOperations, missing: ECR_PUBLIC_NOT_IMPLEMENTED },
	AmazonEC2ContainerServiceV20141113: { name: 'ecs', operations: ecsOperations },
};

const UNKNOWN: Service = { name: '', operations: {} };

type ApiContext = Context<ServerEnvironment>;

/** AWS JSON 1.1: the operation is in X-Amz-Target, everything else in the body. */
export async function answerJson(c: ApiContext, world: World): Promise<Response> {
	const requestId = newId();
	try {
		const [prefix = '', operation = ''] = (c.req.header('x-amz-target') ?? '').split('.');
		const service = SERVICES[prefix];
		c.var.entry.operation = `${service?.name ?? prefix}:${operation}`;
		const result = await invoke(c, world, service ?? UNKNOWN, operation, await readJson(c), requestId);
		return send(c, requestId, 200, result, 'application/x-amz-json-1.1');
	} catch (error) {
		return sendServiceError(c, requestId, error, 'application/x-amz-json-1.1');
	}
}

/** AWS REST-JSON: the operation is in the path. */
export async function answerRest(c: ApiContext, world: World, service: Service, operation: string): Promise<Response> {
	const requestId = newId();
	try {
		c.var.entry.operation = `${service.name}:${operation}`;
		const result = await invoke(c, world, service, operation, await readJson(c), requestId);
		return send(c, requestId, 200, result, 'application/json');
	} catch (error) {
		return sendServiceError(c, requestId, inspectorError(error), 'application/json');
	}
}

/** Inspector's model has no word for a parameter of its own, and statuses where the JSON services have 400 for everything. */
function inspectorError(error: unknown): ServiceError {
	if (!(error instanceof ServiceError)) return new ServiceError('InternalServerException', String(error), 500);
	if (error.code === 'InvalidParameterException') return new ServiceError('ValidationException', error.message);
	if (error.code === 'AccessDeniedException') return new ServiceError(error.code, error.message, 403);
	return error;
}

async function invoke(
	c: ApiContext,
	world: World,
	service: Service,
	operation: string,
	input: unknown,
	requestId: string,
): Promise<object> {
	const { principal, region } = identifyCaller((name) => c.req.header(name), world.credentials);
	const { entry } = c.var;
	entry.account = principal.account;
	entry.region = region;
	const { repositoryName } = input as { repositoryName?: unknown };
	if (typeof repositoryName === 'string') entry.repository = repositoryName;
	const { operations } = service;
	const answer = Object.hasOwn(operations, operation) ? operations[operation] : undefined;
	if (answer === undefined) throw new ServiceError('UnknownOperationException', whyUnknown(service, operation), 404);
	authorize(world, { service: service.name, operation, input: input as Record<string, unknown>, principal, region });
	const own = await world.registries.open(principal.account, region);
	return answer(input as never, { world, principal, region, own, operation, requestId, entry });
}

function whyUnknown({ name, missing = [] }: Service, operation: string): string {
	if (missing.includes(operation))
		return `local-ecr does not implement ${name}:${operation}: see "What it does not have" in its README`;
	return `This stand-in does not know the operation ${operation}`;
}

async function readJson(c: ApiContext): Promise<unknown> {
	const text = await c.req.text();
	try {
		const value: unknown = JSON.parse(text === '' ? '{}' : text);
		if (typeof value === 'object' && value !== null) return value;
	} catch {
		// Answered below, with the service's own name for it.
	}
	throw new ServiceError('SerializationException', 'The body is not a JSON object');
}

function send(c: ApiContext, requestId: string, status: number, body: object, type: string): Response {
	const headers = { 'content-type': type, 'x-amzn-requestid': requestId };
	return c.body(JSON.stringify(toWire(body)), status as ContentfulStatusCode, headers);
}

function sendServiceError(c: ApiContext, requestId: string, error: unknown, type: string): Response {
	const { code, message, status } =
		error instanceof ServiceError ? error : new ServiceError('ServerException', String(error), 500);
	c.header('x-amzn-errortype', code);
	return send(c, requestId, status, { __type: code, message }, type);
}
