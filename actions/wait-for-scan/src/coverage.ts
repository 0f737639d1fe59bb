import type { Coverage } from '@ecr-pipeline/ecr';
import type { Ending } from './outcome.ts';

/** What Inspector's coverage tells: it has scanned this very manifest, it has not yet, or it never will. */
export type CoverageStanding =
	| { readonly kind: 'scanned'; readonly at: Date }
	| { readonly kind: 'pending'; readonly reason: string }
	| { readonly kind: 'ended'; readonly ending: Ending };

type Covered = Extract<Coverage, { kind: 'covered' }>;

const UNSUPPORTED = {
	state: 'unsupported',
	fix: 'Use a base image that Amazon Inspector supports, or set on-unsupported: warn where that is known and accepted.',
} as const;
const OFF = { state: 'off', fix: 'Let a rule of the scanning configuration cover this repository.' } as const;

// Inspector API reference, ScanStatus.reason; those that only say "not yet" are not listed.
const ENDS: Readonly<Record<string, Pick<Ending, 'state' | 'fix'>>> = {
	UNSUPPORTED_OS: UNSUPPORTED,
	UNSUPPORTED_MEDIA_TYPE: UNSUPPORTED,
	IMAGE_SIZE_EXCEEDED: UNSUPPORTED,
	SCAN_ELIGIBILITY_EXPIRED: {
		state: 'expired',
		fix: 'Push the image again, or raise the re-scan duration in the settings of Amazon Inspector.',
	},
	IMAGE_ARCHIVED: { state: 'archived', fix: 'Restore the image in ECR, or push it again.' },
	SCAN_FREQUENCY_MANUAL: OFF,
	EXCLUDED_BY_TAG: OFF,
	ACCESS_DENIED: { state: 'failed', fix: 'Let Amazon Inspector read this repository.' },
	ACCESS_DENIED_TO_ENCRYPTION_KEY: {
		state: 'failed',
		fix: "Let Amazon Inspector's service role use the KMS key of this repository.",
	},
};

/** Only a scan that succeeded, with its time, counts as done: the reason SUCCESSFUL alone may be that of being enrolled. */
export function standingOfCoverage({ statusCode, reason = 'no reason', lastScannedAt }: Covered): CoverageStanding {
	const done = reason === 'SUCCESSFUL' || reason === 'SCAN_FREQUENCY_SCAN_ON_PUSH';
	if (done && lastScannedAt !== undefined) return { kind: 'scanned', at: lastScannedAt };
	const told = `Amazon Inspector says ${[statusCode, reason].filter((part) => part !== undefined).join(', ')}`;
	const ends = ENDS[reason];
	return ends === undefined ? { kind: 'pending', reason: told } : { kind: 'ended', ending: { ...ends, reason: told } };
}
