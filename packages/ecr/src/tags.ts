import {
	DescribeImagesCommand,
	DescribeRepositoriesCommand,
	type ECRClient,
	type ImageTagMutabilityExclusionFilter,
	type Repository,
} from '@aws-sdk/client-ecr';
import { awsErrorCode, type Digest, PipelineError } from '@ecr-pipeline/core';
import { type EcrAccess, explainRepositoryError } from './ecr-repository.ts';

/** What became, or would become, of a tag. */
export type TagOutcome = 'created' | 'unchanged' | 'moved' | 'conflict';

/** What to do with a tag that already stands on another digest. */
export type TagConflictPolicy = 'verify' | 'move' | 'fail';

export interface TagPlan {
	readonly tag: string;
	readonly outcome: TagOutcome;
	/** The digest that the tag stands on before. */
	readonly previous?: Digest;
	/** Why a conflict is one, and what to do. */
	readonly reason?: string;
}

/** Describes a repository; undefined when there is none of that name. */
export async function describeRepository(access: EcrAccess, repository: string): Promise<Repository | undefined> {
	const { client, accountId, data } = access;
	return describe(client, accountId, repository, `${data.host}/${repository}`);
}

async function describe(
	client: ECRClient,
	registryId: string,
	repository: string,
	name: string,
): Promise<Repository | undefined> {
	try {
		const { repositories = [] } = await client.send(
			new DescribeRepositoriesCommand({ registryId, repositoryNames: [repository] }),
		);
		return repositories[0];
	} catch (error) {
		if (awsErrorCode(error) === 'RepositoryNotFoundException') return undefined;
		throw explainRepositoryError(error, `Could not describe the repository ${name}`, 'ecr:DescribeRepositories', name);
	}
}

/** Tells whether a tag of this repository can never move: mode and exclusion filters (ECR API, PutImageTagMutability). */
export function isTagImmutable(
	{
		imageTagMutability,
		imageTagMutabilityExclusionFilters = [],
	}: Pick<Repository, 'imageTagMutability' | 'imageTagMutabilityExclusionFilters'>,
	tag: string,
): boolean {
	const excluded = imageTagMutabilityExclusionFilters.some((filter) => matches(filter, tag));
	const immutable = imageTagMutability?.startsWith('IMMUTABLE') ?? false;
	return excluded ? !immutable : immutable;
}

function matches({ filter = '' }: ImageTagMutabilityExclusionFilter, tag: string): boolean {
	const pattern = filter.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
	return new RegExp(`^${pattern.join('.*')}$`).test(tag);
}

/**
 * Decides for each wanted tag, before anything is written, what will become of it.
 * @param existing the digest each tag stands on now; tags that do not exist are absent
 * @param immutable whether a tag can never move; a registry that cannot say so is asked by trying
 */
export function planTags(
	wanted: readonly string[],
	digest: Digest,
	existing: ReadonlyMap<string, Digest>,
	policy: TagConflictPolicy,
	immutable: (tag: string) => boolean,
): TagPlan[] {
	return wanted.map((tag) => {
		const previous = existing.get(tag);
		if (previous === undefined) return { tag, outcome: 'created' };
		if (previous === digest && policy !== 'fail') return { tag, outcome: 'unchanged', previous };
		if (policy === 'fail') return { tag, outcome: 'conflict', previous, reason: 'if-tag-exists is fail' };
		if (policy === 'verify') return { tag, outcome: 'conflict', previous, reason: 'if-tag-exists is verify' };
		if (immutable(tag))
			return { tag, outcome: 'conflict', previous, reason: 'the repository makes this tag immutable' };
		return { tag, outcome: 'moved', previous };
	});
}

/** When each of the images was pushed. Only an error is made richer by it, so what cannot be found out is left out. */
export async function pushTimes(
	access: EcrAccess,
	repository: string,
	digests: readonly Digest[],
): Promise<ReadonlyMap<string, Date>> {
	const imageIds = digests.map((imageDigest) => ({ imageDigest }));
	try {
		const { imageDetails = [] } = await access.client.send(
			new DescribeImagesCommand({ registryId: access.accountId, repositoryName: repository, imageIds }),
		);
		return new Map(
			imageDetails.flatMap(({ imageDigest, imagePushedAt }) =>
				imageDigest === undefined || imagePushedAt === undefined ? [] : [[imageDigest, imagePushedAt]],
			),
		);
	} catch {
		return new Map();
	}
}

/**
 * One error for all tags in conflict: both digests, and what to do. Undefined when there is none.
 * @param pushed when images were pushed, as far as it is known
 */
export function tagConflict(
	plans: readonly TagPlan[],
	digest: Digest,
	name: string,
	pushed: ReadonlyMap<string, Date> = new Map(),
): PipelineError | undefined {
	const time = (of: Digest | undefined): string => {
		const at = pushed.get(of ?? '');
		return at === undefined ? '' : `, pushed ${at.toISOString()}`;
	};
	const conflicts = plans.filter(({ outcome }) => outcome === 'conflict');
	if (conflicts.length === 0) return undefined;
	const told = conflicts.map(
		({ tag, previous, reason }) => `the tag ${tag} stands on ${previous}${time(previous)} (${reason})`,
	);
	return new PipelineError({
		code: 'conflict',
		attempted: `Could not tag ${digest}${time(digest)} in ${name}`,
		answer: told.join('; '),
		fix: 'Nothing was moved. Use another tag, or allow the move where the repository allows it.',
	});
}
