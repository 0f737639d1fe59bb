import { type Context, type Digest, formatDuration, PipelineError, withProgress } from '@ecr-pipeline/core';
import { type ReplicationStatus, replicationRegions, replicationStatus } from '@ecr-pipeline/ecr';
import { forAll } from './failures.ts';
import type { Place, Side } from './sides.ts';
import { nameOf } from './sides.ts';

/** An image whose copies are waited for: all manifests it is made of, since each is replicated by itself. */
export interface Replicated {
	readonly place: Place;
	readonly digests: readonly Digest[];
}

/** Regions that the registry of a destination does not replicate it to are an error before anything is copied. */
export async function assertReplicates(
	places: readonly Place[],
	regions: readonly string[],
	side: Side,
): Promise<void> {
	const known = new Map(places.map((place) => [nameOf(place), place]));
	await forAll([...known.values()], 'Nothing has been copied.', async (place) => {
		const configured = await side.registries.ask(place, (access) => replicationRegions(access, place.repository));
		if (configured === undefined)
			throw new PipelineError({
				code: 'invalid-input',
				attempted: `wait-for-replication is for private registries of ECR, and ${place.registry} is none`,
				fix: 'Leave wait-for-replication out.',
			});
		const missing = regions.filter((region) => !configured.includes(region));
		if (missing.length === 0) return;
		throw new PipelineError({
			code: 'invalid-input',
			attempted: `${nameOf(place)} is not replicated to ${missing.join(', ')}`,
			answer: `the replication configuration of its registry names ${configured.join(', ') || 'no region for it'}`,
			fix: 'Add the region with `aws ecr put-replication-configuration`, or do not wait for it.',
		});
	});
}

const LONGEST_PAUSE = 10_000;

/**
 * Waits until every named region has all of it. A copy that has failed and the end of the time are errors that name region
 * and code.
 * @param timeout milliseconds
 */
export async function waitForReplication(
	images: readonly Replicated[],
	regions: readonly string[],
	timeout: number,
	side: Side,
	context: Context,
): Promise<void> {
	const deadline = context.clock.now() + timeout;
	const open = new Map(
		images.flatMap(({ place, digests }) =>
			digests.map((digest) => [`${nameOf(place)}@${digest}`, { place, digest }] as const),
		),
	);
	const total = open.size;
	const describe = (): string =>
		`Waiting for replication to ${regions.join(', ')}: ${total - open.size} of ${total} there`;
	await withProgress(context, describe, async () => {
		for (let pause = 500; open.size > 0; pause = Math.min(LONGEST_PAUSE, pause * 1.5)) {
			const waiting: string[] = [];
			await forAll(
				[...open],
				'The tags are set; the other regions may not have the image.',
				async ([name, one]) => {
					const states = statesOf(await statusOf(one.place, one.digest, side), regions);
					assertNoneFailed(states, name);
					const late = states.filter(({ status }) => status !== 'COMPLETE');
					if (late.length === 0) open.delete(name);
					else waiting.push(...late.map(({ region, status }) => `${name} in ${region} is ${status}`));
				},
				16,
			);
			if (open.size === 0) return;
			// Jitter, so that the jobs of a matrix do not ask in step.
			const next = pause * (0.5 + context.random() / 2);
			if (context.clock.now() + next > deadline) throw tooLate(waiting, timeout);
			await context.clock.sleep(next);
		}
	});
}

interface RegionState {
	readonly region: string;
	readonly status: ReplicationStatus['status'] | 'not listed';
	readonly failureCode?: string;
}

async function statusOf(place: Place, digest: Digest, { registries }: Side): Promise<readonly ReplicationStatus[]> {
	return (await registries.ask(place, (access) => replicationStatus(access, place.repository, digest))) ?? [];
}

/** Every copy in the regions: several accounts may have one in the same region. */
function statesOf(statuses: readonly ReplicationStatus[], regions: readonly string[]): readonly RegionState[] {
	return regions.flatMap((region): readonly RegionState[] => {
		const there = statuses.filter((one) => one.region === region);
		return there.length > 0 ? there : [{ region, status: 'not listed' }];
	});
}

function assertNoneFailed(states: readonly RegionState[], name: string): void {
	const failed = states.filter(({ status }) => status === 'FAILED');
	if (failed.length === 0) return;
	throw new PipelineError({
		code: 'service',
		attempted: `The replication of ${name} has failed`,
		answer: failed.map(({ region, failureCode }) => `${region}: ${failureCode ?? 'no code'}`).join('; '),
		fix: 'The tags are set where the image was promoted to. Mend what the code names (another account allows ecr:ReplicateImage in its registry policy), and push the image again.',
	});
}

function tooLate(waiting: readonly string[], timeout: number): PipelineError {
	return new PipelineError({
		code: 'timeout',
		attempted: `The replication was not complete after ${formatDuration(timeout)}`,
		answer: waiting.slice(0, 20).join('; '),
		fix: 'The tags are set where the image was promoted to. Raise replication-timeout-seconds; an image that is not listed was pushed before its replication was configured.',
	});
}
