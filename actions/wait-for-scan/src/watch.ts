import { messageOf } from '@ecr-pipeline/core';
import { isTransient } from '@ecr-pipeline/ecr';
import { fromBasic, fromEnhanced } from '@ecr-pipeline/findings';
import { imageNotSeen, noScan, restartScan } from './begin.ts';
import { pollInterval, troubleInterval } from './cadence.ts';
import type { Target } from './image.ts';
import { askInspector } from './inspector.ts';
import { type Ask, freshMemory, type Look, scanMark, type Waiting, type Watch, waitFor } from './look.ts';
import type { Completion, Ending, ManifestOutcome } from './outcome.ts';
import type { ScanPlan } from './plan.ts';
import { type FullRead, readAllPages, type Scan } from './read.ts';
import { judge, steadiness } from './settle.ts';
import { standingOf } from './status.ts';
import { bounded, pause, type World } from './world.ts';

// Settling reads come as soon as they can decide; findings that keep changing are read at the pace of the cadence.
const QUICK_READS = 8;
const QUICK_PAUSE = 10_000;

/** Waits for all findings of one manifest. `tell` hears what is waited for whenever that changes. */
export async function watchManifest(
	target: Target,
	plan: ScanPlan,
	world: World,
	tell: (says: string) => void,
): Promise<ManifestOutcome> {
	const { clock, random, deadline, stop } = world;
	const began = clock.now();
	const counter = { calls: 0 };
	const watch: Watch = {
		target,
		plan,
		ask: countedQuestions(target, world, counter),
		log: world.log,
		now: () => clock.now(),
		memory: freshMemory(plan),
	};
	const end = (how: Completion | Ending): ManifestOutcome => ({
		...target,
		...(watch.memory.status === undefined ? {} : { status: watch.memory.status }),
		waitedMilliseconds: clock.now() - began,
		calls: counter.calls,
		...how,
	});

	for (let troubles = 0; ; ) {
		const asked = clock.now();
		const look = await lookSafely(watch);
		if (look.state !== 'waiting') return end(look);
		tell(look.says);
		const waited = clock.now() - began;
		if (clock.now() >= deadline)
			return end({ state: 'timed-out', reason: `after ${Math.round(waited / 1000)} s, ${look.says}`, fix: look.fix });
		troubles = look.trouble === true ? troubles + 1 : 0;
		// The cadence is from question to question; a service that is slow to answer is still left alone for a while.
		const next = nextLook(look, watch, troubles, asked - began, random);
		await pause(world, Math.max(next / 2, next - (clock.now() - asked)));
		if (stop.aborted) return end({ state: 'stopped', reason: look.says, fix: STOPPED });
	}
}

const STOPPED = 'It was not waited for any longer, since another platform had failed.';

/** Milliseconds until the next look. */
function nextLook(look: Waiting, { memory }: Watch, troubles: number, waited: number, random: () => number): number {
	const cadence = pollInterval(waited, random());
	if (troubles > 0) return Math.max(cadence, troubleInterval(troubles, random()));
	if (look.again === undefined) return cadence;
	if (memory.reads <= QUICK_READS) return Math.min(look.again, QUICK_PAUSE);
	return memory.steady?.reads === 1 ? cadence : Math.min(look.again, cadence);
}

type SafeLook = Exclude<Look, Waiting> | (Waiting & { readonly trouble?: boolean });

/** A service that cannot answer now is asked again; every other trouble is an error of the step. */
async function lookSafely(watch: Watch): Promise<SafeLook> {
	try {
		return await look(watch);
	} catch (error) {
		if (!isTransient(error)) throw error;
		return { ...waitFor(messageOf(error), 'Run again later.'), trouble: true };
	}
}

async function look(watch: Watch): Promise<Look> {
	if (watch.memory.ready) return lookAtFindings(watch);
	// One finding is enough to learn the status.
	const page = await watch.ask.page({ digest: watch.target.digest, maxResults: 1 });
	if (page.kind === 'no-image') return imageNotSeen(watch);
	watch.memory.unseenSince = undefined;
	if (page.kind === 'no-scan') return noScan(watch);
	return (await lookAtStatus(watch, page)) ?? lookAtFindings(watch);
}

/** Notes the status. Nothing is returned when findings can be read. */
async function lookAtStatus(watch: Watch, scan: Scan): Promise<Look | undefined> {
	const { memory } = watch;
	memory.status = scan.status;
	memory.enhanced ||= scan.enhanced;
	const standing = standingOf(scan.status, scan.description);
	const restarted = await restartScan(watch, scan, standing.kind !== 'wait');
	if (restarted !== undefined) return restarted;
	if (memory.superseded === scanMark(scan))
		return waitFor('the new scan is not visible yet', 'Run again later: ECR took the scan and does not show it.');
	memory.superseded = undefined;
	if (standing.kind === 'ended') return standing.ending;
	if (standing.kind === 'wait')
		return waitFor(scan.status === undefined ? 'the scan has no status' : `the scan is ${scan.status}`, standing.fix);
	memory.ready = true;
	return undefined;
}

async function lookAtFindings(watch: Watch): Promise<Look> {
	const { memory, target, ask } = watch;
	if (memory.enhanced) {
		const told = await askInspector(watch);
		if (told !== undefined) return told;
	}
	const read = await readAllPages(target.digest, ask.page);
	if ('kind' in read) return startOver(watch, waitFor('the scan has disappeared again', 'Run again later.'));
	memory.status = read.first.status;
	memory.enhanced ||= read.enhanced;
	const standing = standingOf(read.first.status, read.first.description);
	if (standing.kind === 'ended') return standing.ending;
	if (standing.kind === 'wait')
		return startOver(watch, waitFor(`the scan is ${read.first.status} again`, standing.fix));
	return judgeFindings(watch, read);
}

function startOver({ memory }: Watch, look: Look): Look {
	memory.ready = false;
	memory.steady = undefined;
	return look;
}

function judgeFindings({ memory, plan, target, now }: Watch, read: FullRead): Look {
	memory.reads += 1;
	memory.steady = steadiness(memory.steady, read.fingerprint, now());
	const certainty = { scanType: plan.scanType, confirmed: memory.inspector === 'scanned', settle: plan.settle };
	const judgement = judge(read, memory.steady, certainty, now());
	if (judgement.kind === 'unsettled') return waitFor(judgement.says, judgement.fix, judgement.again);
	const { first, enhanced } = read;
	const completedAt = first.completedAt ?? memory.scannedAt;
	return {
		state: 'complete',
		scanType: enhanced || plan.scanType === 'enhanced' ? 'enhanced' : 'basic',
		findings: [
			...fromBasic(read.basicFindings, target.platform),
			...fromEnhanced(read.enhancedFindings, target.platform),
		],
		findingArns: arnsOf(read.enhancedFindings),
		...(completedAt === undefined ? {} : { scanCompletedAt: completedAt.toISOString() }),
		...(first.vulnerabilitySourceUpdatedAt === undefined
			? {}
			: { sourceUpdatedAt: first.vulnerabilitySourceUpdatedAt.toISOString() }),
		evidence: judgement.evidence,
	};
}

function arnsOf(findings: FullRead['enhancedFindings']): ReadonlyMap<string, string> {
	return new Map(
		findings.flatMap(({ findingArn, packageVulnerabilityDetails: details }): [string, string][] =>
			findingArn === undefined || details?.vulnerabilityId === undefined ? [] : [[details.vulnerabilityId, findingArn]],
		),
	);
}

function countedQuestions({ digest, platform }: Target, world: World, counter: { calls: number }): Ask {
	const { scanning } = world;
	const counted = <T>(attempted: string, ask: (signal: AbortSignal) => Promise<T>): Promise<T> => {
		counter.calls += 1;
		return bounded(world, `${attempted} ${digest} (${platform})`, ask);
	};
	return {
		page: (request) => counted('Could not read the scan findings of', (signal) => scanning.page(request, signal)),
		start: () => counted('Could not start a scan of', (signal) => scanning.start(digest, signal)),
		coverage: (repositoryArn) =>
			counted('Could not ask Amazon Inspector about', (signal) => scanning.coverage(digest, repositoryArn, signal)),
	};
}
