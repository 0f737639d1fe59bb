import { runAction } from '@ecr-pipeline/core';
import { action } from './action.ts';

await runAction(action);
