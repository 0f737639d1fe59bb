import type {
	ListTagsForResourceRequest,
	ListTagsForResourceResponse,
	TagResourceRequest,
	UntagResourceRequest,
} from '@aws-sdk/client-ecr';
import type { Call, Operations } from '../aws/call.ts';
import { invalidParameter } from '../aws/service-error.ts';
import type { Repository } from '../registry/repository.ts';
import { required, targetOf } from './input.ts';

const LIMIT = 50;

function tag(input: TagResourceRequest, call: Call): object {
	const { resourceTags } = resourceOf(input.resourceArn, call);
	const added = required(input.tags, 'tags');
	if (new Set([...resourceTags.keys(), ...added.map(({ Key }) => Key)]).size > LIMIT)
		throw invalidParameter('tags', `length <= ${LIMIT}`);
	for (const { Key, Value } of added) resourceTags.set(required(Key, 'tags.Key'), Value ?? '');
	return {};
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
