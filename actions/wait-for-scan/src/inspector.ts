import { messageOf } from '@ecr-pipeline/core';
import { type Coverage, isTransient } from '@ecr-pipeline/ecr';
import { standingOfCoverage } from './coverage.ts';
import { label } from './image.ts';
import { type Look, type Watch, waitFor } from './look.ts';

const MISSES = 3;

/**
 * Asks Inspector whether it has scanned the manifest, as long as that can be asked and is not answered yes. Its silence is
 * never taken for a yes: then the findings have to prove themselves, by staying the same for long enough.
 * @returns what is waited for, or nothing when the findings are to be read now
 */
export async function askInspector(watch: Watch): Promise<Look | undefined> {
	const { memory, plan } = watch;
	if (memory.inspector === 'scanned' || memory.inspector === 'silent') return undefined;
	if (plan.repositoryArn === undefined) return beSilent(watch, "the repository's ARN is not known");
	const coverage = await coverageOf(watch, plan.repositoryArn);
	if (coverage === undefined) return undefined;
	if (coverage.kind === 'not-permitted') return beSilent(watch, coverage.reason);
	if (coverage.kind === 'not-listed') {
		memory.inspector = 'unlisted';
		return countMiss(watch, 'it does not list the image');
	}
	memory.inspectorMisses = 0;
	const standing = standingOfCoverage(coverage);
	if (standing.kind === 'ended') return standing.ending;
	if (standing.kind === 'scanned') {
		memory.inspector = 'scanned';
		memory.scannedAt = standing.at;
		return undefined;
	}
	memory.inspector = 'pending';
	return waitFor(
		standing.reason,
		'Raise timeout-seconds: Amazon Inspector has not finished its first scan of this image.',
	);
}

async function coverageOf(watch: Watch, repositoryArn: string): Promise<Coverage | undefined> {
	try {
		return await watch.ask.coverage(repositoryArn);
	} catch (error) {
		if (isTransient(error)) return countMiss(watch, messageOf(error));
		return beSilent(watch, messageOf(error));
	}
}

function countMiss(watch: Watch, reason: string): undefined {
	watch.memory.inspectorMisses += 1;
	return watch.memory.inspectorMisses < MISSES ? undefined : beSilent(watch, reason);
}

function beSilent({ memory, target, log }: Watch, reason: string): undefined {
	memory.inspector = 'silent';
	log.info(
		`${label(target)}: Amazon Inspector cannot tell whether it has scanned this image (${reason}). The findings have to stay the same for 30 s instead.`,
	);
	return undefined;
}
