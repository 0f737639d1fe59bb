import type { OutputValue } from '@ecr-pipeline/core';
import { countBySeverity } from '@ecr-pipeline/findings';
import type { ExploitationAnswer } from './exploitation.ts';
import type { ManifestOutcome } from './outcome.ts';
import type { WaitResult } from './wait.ts';

/** The outputs under the contract's names. Without complete findings the counts are empty: nobody knows them, not 0. */
export function outputsOf(result: WaitResult): Record<string, OutputValue> {
	const { known } = result;
	const image = `${result.name}@${result.digest}`;
	const outputs = {
		status: result.state,
		'findings-file': known?.findingsFile ?? '',
		counts: known?.counts ?? '',
		critical: known?.counts.critical ?? '',
		high: known?.counts.high ?? '',
		medium: known?.counts.medium ?? '',
		low: known?.counts.low ?? '',
		'scan-completed-at': known?.scanCompletedAt ?? '',
		image,
	};
	return {
		...outputs,
		result: {
			schemaVersion: 1,
			action: 'wait-for-scan',
			image,
			repository: result.repository,
			digest: result.digest,
			...(result.tag === undefined ? {} : { tag: result.tag }),
			status: result.state,
			accepted: result.accepted,
			...(known === undefined
				? {}
				: {
						'scan-type': known.scanType,
						'findings-file': known.findingsFile,
						counts: known.counts,
						suppressed: known.suppressed,
						...(known.scanCompletedAt === undefined ? {} : { 'scan-completed-at': known.scanCompletedAt }),
					}),
			...(result.exploitation === undefined ? {} : { exploitation: exploitationOf(result.exploitation) }),
			'waited-seconds': inSeconds(result.waitedMilliseconds),
			platforms: result.outcomes.map(platformOf),
			'left-out': result.leftOut,
		},
	};
}

/** Tells gate-on-findings, in a later step, where the findings are. */
export function variablesOf({ known }: WaitResult): Record<string, string> {
	// Set to nothing after a failed wait: findings of an earlier one are not about this image.
	return { ECR_PIPELINE_FINDINGS: known?.findingsFile ?? '' };
}

function exploitationOf({ vulnerabilities, epssKnown, kevKnown, calls, reason }: ExploitationAnswer): object {
	return {
		vulnerabilities,
		'epss-known': epssKnown,
		'kev-known': kevKnown,
		calls,
		...(reason === undefined ? {} : { reason }),
	};
}

function platformOf(outcome: ManifestOutcome): object {
	const { platform, digest, state, status, calls, waitedMilliseconds } = outcome;
	return {
		platform,
		digest,
		status: state,
		...(status === undefined ? {} : { 'scan-status': status }),
		...(outcome.state === 'complete'
			? {
					'scan-type': outcome.scanType,
					counts: countBySeverity(outcome.findings.filter((finding) => finding.status === 'active')),
					...(outcome.scanCompletedAt === undefined ? {} : { 'scan-completed-at': outcome.scanCompletedAt }),
					evidence: outcome.evidence,
				}
			: { reason: outcome.reason, fix: outcome.fix }),
		'waited-seconds': inSeconds(waitedMilliseconds),
		calls,
	};
}

function inSeconds(milliseconds: number): number {
	return Math.round(milliseconds / 100) / 10;
}
