import { DescribeImageReplicationStatusCommand, DescribeRegistryCommand } from '@aws-sdk/client-ecr';
import { type Digest, explainAwsError } from '@ecr-pipeline/core';
import { type EcrAccess, explainRepositoryError } from './ecr-repository.ts';

/** How far the copy of one image in one other registry is. */
export interface ReplicationStatus {
	readonly region: string;
	readonly accountId: string;
	readonly status: 'IN_PROGRESS' | 'COMPLETE' | 'FAILED';
	/** ECR's own code, where it failed. */
	readonly failureCode?: string;
}

/** The regions that the registry replicates a repository to, by its replication configuration. */
export async function replicationRegions(access: EcrAccess, repository: string): Promise<readonly string[]> {
	try {
		const { replicationConfiguration } = await access.client.send(new DescribeRegistryCommand({}));
		const rules = (replicationConfiguration?.rules ?? []).filter(
			// A rule without filters is for every repository; with some, for those that begin with one (ECR API, ReplicationRule).
			({ repositoryFilters = [] }) =>
				repositoryFilters.length === 0 || repositoryFilters.some(({ filter = '' }) => repository.startsWith(filter)),
		);
		const regions = rules.flatMap(({ destinations = [] }) => destinations.map(({ region = '' }) => region));
		return [...new Set(regions)];
	} catch (error) {
		throw explainAwsError(
			error,
			`Could not read the replication configuration of ${access.data.host}`,
			'ecr:DescribeRegistry on *',
		);
	}
}

/** How far each copy of an image is. ECR lists no copy of an image that was pushed before its replication was configured. */
export async function replicationStatus(
	{ client, accountId, data }: EcrAccess,
	repository: string,
	digest: Digest,
): Promise<readonly ReplicationStatus[]> {
	const name = `${data.host}/${repository}`;
	try {
		const { replicationStatuses = [] } = await client.send(
			new DescribeImageReplicationStatusCommand({
				registryId: accountId,
				repositoryName: repository,
				imageId: { imageDigest: digest },
			}),
		);
		return replicationStatuses.map(({ region = '', registryId = '', status = 'IN_PROGRESS', failureCode }) => ({
			region,
			accountId: registryId,
			status,
			...(failureCode === undefined ? {} : { failureCode }),
		}));
	} catch (error) {
		throw explainRepositoryError(
			error,
			`Could not ask how far the replication of ${name}@${digest} is`,
			'ecr:DescribeImageReplicationStatus',
			name,
		);
	}
}
