import { label } from './image.ts';
import { type Look, scanMark, type Watch, waitFor } from './look.ts';
import type { Scan } from './read.ts';

const MISSING_AT_MOST = 30_000;
const APPEAR_FIX = 'Check that the image was pushed to this repository and has not been deleted or expired.';

/** The registry does not know the image: right after a push it may not yet. */
export function imageNotSeen({ memory, now }: Watch): Look {
	memory.unseenSince ??= now();
	if (now() - memory.unseenSince < MISSING_AT_MOST) return waitFor('the image is not visible yet', APPEAR_FIX);
	return {
		state: 'not-found',
		reason: `the image is not in the repository, and did not appear within ${MISSING_AT_MOST / 1000} s`,
		fix: APPEAR_FIX,
	};
}

/** There is no scan: one is started where that is wanted and possible. */
export async function noScan(watch: Watch): Promise<Look> {
	const { plan, memory } = watch;
	if (memory.startDue) return startScan(watch);
	if (plan.scanType === 'basic' && plan.manual && plan.start === 'never')
		return {
			state: 'off',
			reason:
				'the image has never been scanned, nothing scans the repository by itself (its scan frequency is MANUAL), and start-scan is never',
			fix: 'Set start-scan: auto, or switch on scan on push for the repository in the scanning configuration of the registry.',
		};
	return waitFor(waitingFor(watch), adviceOnNoScan(watch));
}

/** `start-scan: always`: a scan that has ended is superseded by a new one; one that runs is new enough. */
export async function restartScan(watch: Watch, scan: Scan, ended: boolean): Promise<Look | undefined> {
	const { plan, memory } = watch;
	if (plan.start !== 'always' || !memory.startDue) return undefined;
	if (!ended) {
		memory.startDue = false;
		return undefined;
	}
	const look = await startScan(watch);
	// A limit leaves the scan that is there as the newest one: nothing is superseded.
	if (look.state === 'waiting' && look.says === STARTED) memory.superseded = scanMark(scan);
	return look;
}

const STARTED = 'the scan was started and is not visible yet';

async function startScan(watch: Watch): Promise<Look> {
	const { target, memory, log } = watch;
	const start = await watch.ask.start();
	if (start.kind === 'no-image') return imageNotSeen(watch);
	memory.startDue = false;
	if (start.kind === 'started') return waitFor(STARTED, adviceOnNoScan(watch));
	if (start.kind === 'limit-exceeded') {
		log.info(`${label(target)}: no new scan was started (${start.reason}); the scan that is there is used.`);
		return waitFor(
			'the scan of the last 24 hours',
			`${adviceOnNoScan(watch)} ECR refused to start one: ${start.reason}`,
			0,
		);
	}
	if (start.kind === 'unsupported')
		return {
			state: 'unsupported',
			reason: start.reason,
			fix: 'Basic scanning does not know this kind of image. Set on-unsupported: warn where that is known and accepted.',
		};
	if (start.kind === 'archived')
		return { state: 'archived', reason: start.reason, fix: 'Restore the image in ECR, or push it again.' };
	return {
		state: 'failed',
		reason: `ECR does not start basic scans here (${start.reason})`,
		fix: 'That is the answer of a registry with enhanced scanning: set scan-type: enhanced, or grant ecr:GetRegistryScanningConfiguration and leave scan-type at auto.',
	};
}

function waitingFor({ plan }: Watch): string {
	return plan.scanType === 'enhanced' ? 'Amazon Inspector has not begun to scan' : 'there is no scan yet';
}

function adviceOnNoScan({ plan }: Watch): string {
	if (plan.scanType === 'enhanced')
		return 'Check that Amazon Inspector is enabled for ECR in this account and region, and that the image was pushed after a rule covered the repository: within a rule on push, older images are never scanned. Enabling takes up to 30 min.';
	if (plan.scanType === 'unknown')
		return 'Grant ecr:GetRegistryScanningConfiguration and ecr:BatchGetRepositoryScanningConfiguration, or set scan-type, so that a scan can be started or its absence explained.';
	return 'Set start-scan: auto, or switch on scan on push for the repository.';
}
