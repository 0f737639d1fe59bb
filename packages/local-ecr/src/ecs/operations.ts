import type { Operations } from '../aws/call.ts';
import { deploymentOperations } from './deployments.ts';
import { serviceOperations } from './services.ts';
import { taskDefinitionOperations } from './task-definitions.ts';
import { taskOperations } from './tasks.ts';

/** The ECS API, by operation. */
export const ecsOperations: Operations = {
	...taskDefinitionOperations,
	...serviceOperations,
	...deploymentOperations,
	...taskOperations,
};
