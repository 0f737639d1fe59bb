import type {
	ImageTagMutabilityExclusionFilter,
	PutImageTagMutabilityRequest,
	PutImageTagMutabilityResponse,
} from '@aws-sdk/client-ecr';
import type { Call, Operations } from '../aws/call.ts';
import { invalidParameter } from '../aws/service-error.ts';
import { TAG_MUTABILITIES, type TagMutability } from '../registry/mutability.ts';
import { required, targetOf } from './input.ts';
import { filtersShape, identityShape } from './shapes.ts';

/** Checks a mutability and its filters together: filters go with the two modes that take them, and with no other. */
export function mutabilitySettings(
	given: string,
	filters: readonly ImageTagMutabilityExclusionFilter[] | undefined,
): { mutability: TagMutability; exclusionFilters: string[] } {
	const mutability = TAG_MUTABILITIES.find((known) => known === given);
	if (mutability === undefined)
		throw invalidParameter('imageTagMutability', `must satisfy enum value set: [${TAG_MUTABILITIES.join(', ')}]`);
	const exclusionFilters = (filters ?? []).map(({ filter }) => required(filter, 'filter'));
	const name = 'imageTagMutabilityExclusionFilters';
	if (mutability.endsWith('_WITH_EXCLUSION') !== exclusionFilters.length > 0)
		throw invalidParameter(name, 'must be given with a mutability that ends in _WITH_EXCLUSION, and only then');
	if (exclusionFilters.length > 5) throw invalidParameter(name, 'length <= 5');
	for (const filter of exclusionFilters)
		if (!/^[0-9a-zA-Z._*-]{1,128}$/.test(filter))
			throw invalidParameter(name, "must satisfy regular expression '^[0-9a-zA-Z._*-]{1,128}$'");
	return { mutability, exclusionFilters };
}

function put(input: PutImageTagMutabilityRequest, call: Call): PutImageTagMutabilityResponse {
	const { registry, repository } = targetOf(input, call);
	const settings = mutabilitySettings(
		required(input.imageTagMutability, 'imageTagMutability'),
		input.imageTagMutabilityExclusionFilters,
	);
	Object.assign(repository, settings);
	return {
		...identityShape(registry, repository),
		imageTagMutability: settings.mutability,
		...filtersShape(repository),
	};
}

export const mutabilityOperations: Operations = { PutImageTagMutability: put };
