import { matchesWildcard } from '../aws/arn.ts';
import type { Repository } from './repository.ts';

export const TAG_MUTABILITIES = ['MUTABLE', 'IMMUTABLE', 'MUTABLE_WITH_EXCLUSION', 'IMMUTABLE_WITH_EXCLUSION'] as const;
export type TagMutability = (typeof TAG_MUTABILITIES)[number];

/** Whether a tag, once set, stays where it is (ECR user guide, "Preventing image tags from being overwritten"). */
export function isImmutable(repository: Pick<Repository, 'mutability' | 'exclusionFilters'>, tag: string): boolean {
	const excluded = repository.exclusionFilters.some((filter) => matchesWildcard(filter, tag));
	switch (repository.mutability) {
		case 'MUTABLE':
			return false;
		case 'IMMUTABLE':
			return true;
		case 'MUTABLE_WITH_EXCLUSION':
			return excluded;
		case 'IMMUTABLE_WITH_EXCLUSION':
			return !excluded;
	}
}
