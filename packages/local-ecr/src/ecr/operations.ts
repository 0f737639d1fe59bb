import type { Operations } from '../aws/call.ts';
import { imageBatchOperations } from './image-batches.ts';
import { imageOperations } from './images.ts';
import { layerOperations } from './layers.ts';
import { lifecycleOperations } from './lifecycle.ts';
import { mutabilityOperations } from './mutability.ts';
import { policyOperations } from './policies.ts';
import { cacheRuleOperations } from './pull-through-rules.ts';
import { pullTimeExclusionOperations } from './pull-time-exclusions.ts';
import { registrySettingOperations } from './registry-settings.ts';
import { replicationOperations } from './replication.ts';
import { repositoryOperations } from './repositories.ts';
import { resourceTagOperations } from './resource-tags.ts';
import { scanningConfigurationOperations } from './scanning-configuration.ts';
import { scanOperations } from './scans.ts';
import { storageClassOperations } from './storage-class.ts';
import { templateOperations } from './templates.ts';
import { tokenOperations } from './token.ts';

/** The ECR API, by operation. */
export const ecrOperations: Operations = {
	...tokenOperations,
	...repositoryOperations,
	...mutabilityOperations,
	...policyOperations,
	...lifecycleOperations,
	...resourceTagOperations,
	...registrySettingOperations,
	...imageOperations,
	...imageBatchOperations,
	...layerOperations,
	...replicationOperations,
	...templateOperations,
	...storageClassOperations,
	...cacheRuleOperations,
	...pullTimeExclusionOperations,
	...scanOperations,
	...scanningConfigurationOperations,
};

/**
 * What else the model of ECR has. Signing needs AWS Signer, and a backfill copies what was there before a replication rule:
 * no pipeline of this suite asks for either.
 */
export const ECR_NOT_IMPLEMENTED: readonly string[] = [
	'DeleteSigningConfiguration',
	'DescribeImageSigningStatus',
	'DescribeReplicationBackfillResults',
	'GetSigningConfiguration',
	'ListReplicationBackfills',
	'PutSigningConfiguration',
	'StartReplicationBackfill',
	'StopReplicationBackfill',
];
