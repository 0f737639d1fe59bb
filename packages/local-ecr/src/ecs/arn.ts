import { partitionOf } from '../aws/arn.ts';
import type { EcsRegion } from './state.ts';

/** @param resource `service/default/web` */
export function arnOf({ account, region }: Pick<EcsRegion, 'account' | 'region'>, resource: string): string {
	return `arn:${partitionOf(region)}:ecs:${region}:${account}:${resource}`;
}
