import {
	CreateRepositoryCommand,
	type ImageTagMutabilityExclusionFilter,
	PutLifecyclePolicyCommand,
	type Repository,
	SetRepositoryPolicyCommand,
} from '@aws-sdk/client-ecr';
import { awsErrorCode, type Context, explainAwsError, PipelineError } from '@ecr-pipeline/core';
import { describeRepository, type EcrAccess } from '@ecr-pipeline/ecr';
import type { RepositorySettings } from './repository-settings.ts';

/** Returns the repository, made first when it is missing and that was asked for. A repository that is there stays as it is. */
export async function ensureRepository(
	access: EcrAccess,
	repository: string,
	create: RepositorySettings | undefined,
	log: Context['log'],
): Promise<Repository> {
	const found = await describeRepository(access, repository);
	if (found !== undefined) return found;
	const name = `${access.data.host}/${repository}`;
	if (create === undefined) {
		throw new PipelineError({
			code: 'not-found',
			attempted: `There is no repository ${repository} in ${access.data.host} (account ${access.accountId}, ${access.region})`,
			fix: `Nothing has been built. Set create-repository: true, run \`aws ecr create-repository --repository-name ${repository}\`, or look whether another registry was meant.`,
		});
	}
	await createRepository(access, repository, create, name);
	log.info(`Created the repository ${name}.`);
	const created = await describeRepository(access, repository);
	if (created !== undefined) return created;
	throw new PipelineError({
		code: 'service',
		attempted: `Could not find the repository ${name} after creating it`,
		fix: 'Run the job again.',
	});
}

async function createRepository(
	{ client, accountId: registryId }: EcrAccess,
	repositoryName: string,
	settings: RepositorySettings,
	name: string,
): Promise<void> {
	const doing = async (verb: string, action: string, work: () => Promise<unknown>): Promise<void> => {
		try {
			await work();
		} catch (error) {
			// Another job was faster; its settings stand.
			if (awsErrorCode(error) === 'RepositoryAlreadyExistsException') return;
			throw explainAwsError(error, `Could not ${verb} ${name}`, `${action} on the repository ${name}`);
		}
	};
	const { lifecyclePolicy: lifecyclePolicyText, repositoryPolicy: policyText } = settings;
	await doing('create the repository', 'ecr:CreateRepository', () =>
		client.send(new CreateRepositoryCommand({ registryId, repositoryName, ...creation(settings) })),
	);
	if (lifecyclePolicyText !== undefined)
		await doing('set the lifecycle policy of', 'ecr:PutLifecyclePolicy', () =>
			client.send(new PutLifecyclePolicyCommand({ registryId, repositoryName, lifecyclePolicyText })),
		);
	if (policyText !== undefined)
		await doing('set the repository policy of', 'ecr:SetRepositoryPolicy', () =>
			client.send(new SetRepositoryPolicyCommand({ registryId, repositoryName, policyText })),
		);
}

function creation({ mutability, exclusionFilters, scanOnPush, encryption, tags }: RepositorySettings) {
	const filters = exclusionFilters.map(
		(filter): ImageTagMutabilityExclusionFilter => ({ filterType: 'WILDCARD', filter }),
	);
	return {
		imageTagMutability: mutability,
		...(filters.length === 0 ? {} : { imageTagMutabilityExclusionFilters: filters }),
		imageScanningConfiguration: { scanOnPush },
		encryptionConfiguration: {
			encryptionType: encryption.type,
			...(encryption.kmsKey === undefined ? {} : { kmsKey: encryption.kmsKey }),
		},
		...(Object.keys(tags).length === 0 ? {} : { tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) }),
	};
}
