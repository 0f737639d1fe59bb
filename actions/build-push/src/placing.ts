import { messageOf, PipelineError } from '@ecr-pipeline/core';
import { planTags, type TagPlan, tagConflict } from '@ecr-pipeline/ecr';
import type { Manifest } from '@ecr-pipeline/registry';
import type { ExistingTagPolicy } from './inputs.ts';
import type { Destination } from './result.ts';

export interface Placed {
	readonly tags: readonly TagPlan[];
	readonly failure?: PipelineError;
}

/** What the wanted tags stand on now; those that do not exist are absent. */
export async function lookUpTags(
	tags: readonly string[],
	{ repository }: Destination,
): Promise<ReadonlyMap<string, Manifest>> {
	return tags.length === 0 ? new Map() : repository.manifests(tags);
}

/**
 * Sets the tags on an image that is there whole. If any stands on another image and may not move, none is set. Trouble is
 * returned, not thrown: the digest is there and is worth having.
 * @param existing what the tags stood on before this run set any
 * @param done the tag that the push itself has set
 */
export async function placeTags(
	tags: readonly string[],
	manifest: Manifest,
	existing: ReadonlyMap<string, Manifest>,
	policy: ExistingTagPolicy,
	destination: Destination,
	done?: string,
): Promise<Placed> {
	const { repository, immutable } = destination;
	const before = new Map([...existing].map(([tag, { digest }]) => [tag, digest]));
	const plans = planTags(tags, manifest.digest, before, policy === 'overwrite' ? 'move' : 'verify', immutable);
	const conflict = tagConflict(plans, manifest.digest, repository.name);
	if (conflict !== undefined)
		return {
			tags: plans.filter(({ outcome }) => outcome === 'conflict' || outcome === 'unchanged'),
			failure: conflict,
		};
	const placed: TagPlan[] = [];
	for (const plan of plans) {
		try {
			if (plan.outcome !== 'unchanged' && plan.tag !== done) await repository.putManifest(manifest, plan.tag);
			placed.push(plan);
		} catch (error) {
			return { tags: [...placed, ...conflictIn(plan, error)], failure: explain(error, plan.tag, repository.name) };
		}
	}
	return { tags: placed };
}

/** Somebody else may have set the tag since it was looked up; the registry knows. */
function conflictIn(plan: TagPlan, error: unknown): TagPlan[] {
	if (!(error instanceof PipelineError) || error.code !== 'conflict') return [];
	return [{ ...plan, outcome: 'conflict', reason: error.message }];
}

function explain(error: unknown, tag: string, name: string): PipelineError {
	if (error instanceof PipelineError) return error;
	return new PipelineError({
		code: 'service',
		attempted: `Could not set the tag ${tag} in ${name}`,
		answer: messageOf(error),
		cause: error,
	});
}
