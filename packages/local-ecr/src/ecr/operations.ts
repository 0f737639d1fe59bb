import type { Operations } from '../aws/call.ts';
import { imageBatchOperations } from './image-batches.ts';
import { imageOperations } from './images.ts';
import { layerOperations } from './layers.ts';
import { lifecycleOperations } from './lifecycle.ts';
import { mutabilityOperations } from './mutability.ts';
import { policyOperations } from './policies.ts';
import { cacheRuleOperations } from './pull-through-rules.ts';
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
	...scanOperations,
	...scanningConfigurationOperations,
};
