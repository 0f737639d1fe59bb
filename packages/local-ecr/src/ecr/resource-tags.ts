import type {
	ListTagsForResourceRequest,
	ListTagsForResourceResponse,
	Tag,
	TagResourceRequest,
	UntagResourceRequest,
} from '@aws-sdk/client-ecr';
import type { Call, Operations } from '../aws/call.ts';
import { invalidParameter, ServiceError } from '../aws/service-error.ts';
import type { Repository } from '../registry/repository.ts';
import { required, targetOf } from './input.ts';

const LIMIT = 50;
const TAG_RULE = 'a key has 1 to 128 characters and does not begin with aws:, a value has up to 256';

function tag(input: TagResourceRequest, call: Call): object {
	const { resourceTags } = resourceOf(input.resourceArn, call);
	setTags(resourceTags, required(input.tags, 'tags'));
	return {};
}

/**
 * Sets tags as every service of AWS takes them (AWS general reference, "Tag naming limits and requirements").
 * @throws ServiceError InvalidTagParameterException, TooManyTagsException; nothing is set then
 */
export function setTags(target: Map<string, string>, added: readonly Tag[]): void {
	for (const { Key = '', Value = '' } of added)
		if (Key.length < 1 || Key.length > 128 || Value.length > 256 || /^aws:/i.test(Key))
			throw new ServiceError('InvalidTagParameterException', `The tag '${Key}' is not valid: ${TAG_RULE}`);
	if (new Set([...target.keys(), ...added.map(({ Key }) => Key)]).size > LIMIT)
		throw new ServiceError('TooManyTagsException', `A repository has no more than ${LIMIT} tags`);
	for (const { Key = '', Value = '' } of added) target.set(Key, Value);
}

function untag(input: UntagResourceRequest, call: Call): object {
	const { resourceTags } = resourceOf(input.resourceArn, call);
	for (const key of required(input.tagKeys, 'tagKeys')) resourceTags.delete(key);
	return {};
}

function list(input: ListTagsForResourceRequest, call: Call): ListTagsForResourceResponse {
	const { resourceTags } = resourceOf(input.resourceArn, call);
	return { tags: [...resourceTags].map(([Key, Value]) => ({ Key, Value })) };
}

function resourceOf(arn: string | undefined, call: Call): Repository {
	const [, registryId, repositoryName] = /^arn:[^:]+:ecr:[^:]+:(\d{12}):repository\/(.+)$/.exec(arn ?? '') ?? [];
	if (registryId === undefined || repositoryName === undefined)
		throw invalidParameter('resourceArn', 'must be the ARN of a repository');
	return targetOf({ registryId, repositoryName }, call).repository;
}

export const resourceTagOperations: Operations = {
	TagResource: tag,
	UntagResource: untag,
	ListTagsForResource: list,
};
