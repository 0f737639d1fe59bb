import type {
	DescribeImageReplicationStatusRequest,
	DescribeImageReplicationStatusResponse,
	DescribeRegistryResponse,
	PutReplicationConfigurationRequest,
	PutReplicationConfigurationResponse,
	ReplicationConfiguration,
} from '@aws-sdk/client-ecr';
import type { Call, Operations } from '../aws/call.ts';
import { invalidParameter, ServiceError } from '../aws/service-error.ts';
import { type ImageReplication, imageOf } from '../registry/image.ts';
import type { Registry } from '../registry/registry.ts';
import type { ReplicationRule } from '../registry/replication.ts';
import { required, targetOf } from './input.ts';

function put(input: PutReplicationConfigurationRequest, { own }: Call): PutReplicationConfigurationResponse {
	const { rules } = required(input.replicationConfiguration, 'replicationConfiguration');
	const given = required(rules, 'rules');
	if (given.length > 10) throw invalidParameter('rules', 'length <= 10');
	own.replication = given.map((rule): ReplicationRule => {
		const { destinations, repositoryFilters } = rule;
		// Newer than the types of the SDK.
		const { deleteReplication } = rule as { readonly deleteReplication?: { readonly enabled?: boolean } };
		if (deleteReplication?.enabled === true)
			throw new ServiceError(
				'ValidationException',
				'local-ecr does not replicate deletions: set deleteReplication.enabled to false',
			);
		const targets = required(destinations, 'destinations').map((one) => ({
			registryId: required(one.registryId, 'registryId'),
			region: required(one.region, 'region'),
		}));
		if (targets.length > 25) throw invalidParameter('destinations', 'length <= 25');
		if (targets.some(({ registryId, region }) => registryId === own.account && region === own.region))
			throw invalidParameter(
				'replicationConfiguration',
				'Replication destination cannot be the same as the source registry',
			);
		if (repositoryFilters === undefined) return { destinations: targets };
		return { destinations: targets, prefixes: repositoryFilters.map(({ filter }) => required(filter, 'filter')) };
	});
	return { replicationConfiguration: configurationShape(own) };
}

function describeRegistry(_input: object, { own }: Call): DescribeRegistryResponse {
	return { registryId: own.account, replicationConfiguration: configurationShape(own) };
}

function configurationShape({ replication }: Registry): ReplicationConfiguration {
	return {
		rules: replication.map(({ destinations, prefixes }) => ({
			destinations: destinations.map((one) => ({ ...one })),
			...(prefixes === undefined
				? {}
				: { repositoryFilters: prefixes.map((filter) => ({ filter, filterType: 'PREFIX_MATCH' as const })) }),
		})),
	};
}

function status(input: DescribeImageReplicationStatusRequest, call: Call): DescribeImageReplicationStatusResponse {
	const { registry, repository } = targetOf(input, call);
	const image = imageOf(repository, registry.account, required(input.imageId, 'imageId'));
	const now = call.world.clock.now();
	return {
		repositoryName: repository.name,
		imageId: { imageDigest: image.digest, imageTag: input.imageId?.imageTag },
		replicationStatuses: (image.replications ?? []).map((replication) => ({
			region: replication.region,
			registryId: replication.registryId,
			status: statusOf(replication, now),
			failureCode: replication.failureCode,
		})),
	};
}

function statusOf({ dueAt, failureCode }: ImageReplication, now: number): 'IN_PROGRESS' | 'COMPLETE' | 'FAILED' {
	if (dueAt > now) return 'IN_PROGRESS';
	return failureCode === undefined ? 'COMPLETE' : 'FAILED';
}

export const replicationOperations: Operations = {
	PutReplicationConfiguration: put,
	DescribeRegistry: describeRegistry,
	DescribeImageReplicationStatus: status,
};
