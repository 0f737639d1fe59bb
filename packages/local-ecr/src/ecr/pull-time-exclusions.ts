import type {
	DeregisterPullTimeUpdateExclusionRequest,
	DeregisterPullTimeUpdateExclusionResponse,
	ListPullTimeUpdateExclusionsRequest,
	ListPullTimeUpdateExclusionsResponse,
	RegisterPullTimeUpdateExclusionRequest,
	RegisterPullTimeUpdateExclusionResponse,
} from '@aws-sdk/client-ecr';
import type { Call, Operations } from '../aws/call.ts';
import { pageOf } from '../aws/paging.ts';
import { invalidParameter, ServiceError } from '../aws/service-error.ts';
import { required } from './input.ts';

// The pattern and the length of the model.
const PRINCIPAL = /^arn:aws(-[a-z]+)*:iam::[0-9]{12}:(role|user)\/[\w+=,.@-]+(\/[\w+=,.@-]+)*$/;
const LIMIT = 100;

function register(
	input: RegisterPullTimeUpdateExclusionRequest,
	{ own, world }: Call,
): RegisterPullTimeUpdateExclusionResponse {
	const principalArn = principalOf(input.principalArn);
	const { pullTimeExclusions } = own;
	if (pullTimeExclusions.has(principalArn))
		throw new ServiceError('ExclusionAlreadyExistsException', `${principalArn} is excluded already`);
	if (pullTimeExclusions.size >= LIMIT)
		throw new ServiceError('LimitExceededException', `No more than ${LIMIT} principals can be excluded`);
	const createdAt = world.clock.now();
	pullTimeExclusions.set(principalArn, createdAt);
	return { principalArn, createdAt: new Date(createdAt) };
}

function deregister(
	input: DeregisterPullTimeUpdateExclusionRequest,
	{ own }: Call,
): DeregisterPullTimeUpdateExclusionResponse {
	const principalArn = principalOf(input.principalArn);
	if (!own.pullTimeExclusions.delete(principalArn))
		throw new ServiceError('ExclusionNotFoundException', `${principalArn} is not excluded`);
	return { principalArn };
}

function list(input: ListPullTimeUpdateExclusionsRequest, { own }: Call): ListPullTimeUpdateExclusionsResponse {
	const page = pageOf([...own.pullTimeExclusions.keys()], input, 100, 1000);
	return { pullTimeUpdateExclusions: [...page.items], nextToken: page.nextToken };
}

function principalOf(given: string | undefined): string {
	const arn = required(given, 'principalArn');
	if (arn.length > 200 || !PRINCIPAL.test(arn))
		throw invalidParameter('principalArn', `must satisfy regular expression '${PRINCIPAL.source}'`);
	return arn;
}

export const pullTimeExclusionOperations: Operations = {
	RegisterPullTimeUpdateExclusion: register,
	DeregisterPullTimeUpdateExclusion: deregister,
	ListPullTimeUpdateExclusions: list,
};
