import type { Context } from '@ecr-pipeline/core';
import { carryOut } from './carry-out.ts';
import { dryRun } from './dry-run.ts';
import type { PromoteInputs, Release } from './inputs.ts';
import { checkVerdicts } from './job.ts';
import { makePlan, type PlannedRelease } from './plan.ts';
import { assertReplicates } from './replication.ts';
import type { PromoteResult } from './result.ts';

/** Makes the same bytes be at every destination, and the tags stand on them; no tag before every image is whole. */
export async function promote(inputs: PromoteInputs, context: Context): Promise<PromoteResult> {
	const plan = await makePlan(await releasesOf(inputs, context), inputs, context);
	if (inputs.replicationRegions.length > 0) {
		const places = plan.releases.flatMap(({ destinations }) => destinations.map(({ place }) => place));
		await assertReplicates(places, inputs.replicationRegions, plan.sides.destination);
	}
	const jobs = await checkVerdicts(plan, inputs, context);
	if (inputs.platforms !== undefined) sayWhatIsLeftBehind(plan.releases, inputs.platforms, context);
	const promotions = inputs.dryRun ? await dryRun(jobs, plan.sides) : await carryOut(jobs, plan, inputs, context);
	return {
		dryRun: inputs.dryRun,
		...(inputs.platforms === undefined ? {} : { platforms: inputs.platforms }),
		replicatedTo: inputs.dryRun ? [] : inputs.replicationRegions,
		promotions,
	};
}

async function releasesOf({ releases }: PromoteInputs, { env }: Context): Promise<readonly Release[]> {
	if (!('file' in releases)) return releases;
	// Loaded when it is asked for: the check against the schema is the largest part of this step.
	const { readReleaseList } = await import('./release-list.ts');
	return readReleaseList(releases.file, env);
}

function sayWhatIsLeftBehind(
	releases: readonly PlannedRelease[],
	platforms: readonly string[],
	{ log }: Context,
): void {
	for (const { source } of releases.filter(({ source: { root, original } }) => root !== original))
		log.notice(
			`${source.repository.name}@${source.original.digest} goes with ${platforms.join(', ')} only, as the new index ${source.root.digest}. ` +
				'Signatures and attestations of the whole index stay behind; those of its platforms come along.',
		);
}
