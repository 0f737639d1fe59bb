import type { Ending } from './outcome.ts';

/** What one of ECR's scan statuses means for whoever waits. */
export type Standing =
	/** `fix` is what to do if it stays like this. */
	| { readonly kind: 'wait'; readonly fix: string }
	/** The findings can be read; under enhanced scanning not yet that they are all there. */
	| { readonly kind: 'ready' }
	| { readonly kind: 'ended'; readonly ending: Ending };

const LONGER = 'Raise timeout-seconds if scans of this image take that long.';

// ECR API reference, ImageScanStatus. It does not say when the last two are given; they pass, or the time runs out.
const WAITS: Readonly<Record<string, string>> = {
	PENDING: LONGER,
	IN_PROGRESS: LONGER,
	FINDINGS_UNAVAILABLE:
		'Run again later; if it stays, open a case with AWS: ECR has scanned and cannot show the findings.',
	LIMIT_EXCEEDED: 'Run again later, or raise the scanning quota of the account: ECR scans 100,000 images in 24 hours.',
};

const ENDS: Readonly<Record<string, Pick<Ending, 'state' | 'fix'>>> = {
	FAILED: {
		state: 'failed',
		fix: 'Scan it again (start-scan: always; at most one scan of an image in 24 hours), or push it again.',
	},
	UNSUPPORTED_IMAGE: {
		state: 'unsupported',
		fix: 'Use a base image whose operating system the scanner knows, or set on-unsupported: warn where that is known and accepted.',
	},
	SCAN_ELIGIBILITY_EXPIRED: {
		state: 'expired',
		fix: 'Inspector has stopped watching this image and closed its findings, so that none is left says nothing. Push it again, or raise the re-scan duration in the settings of Amazon Inspector.',
	},
	IMAGE_ARCHIVED: {
		state: 'archived',
		fix: 'Archived images are not scanned. Restore it in ECR first, or push it again.',
	},
};

/** What a status, as the registry gave it, means. Tells nothing about basic or enhanced: both use most of them. */
export function standingOf(status: string | undefined, description = ''): Standing {
	// An answer without status has been seen (aws/containers-roadmap#2656).
	if (status === undefined)
		return { kind: 'wait', fix: 'ECR gives no status for this scan; look at the image in its console.' };
	if (status === 'COMPLETE' || status === 'ACTIVE') return { kind: 'ready' };
	const fix = WAITS[status];
	if (fix !== undefined) return { kind: 'wait', fix };
	const reason = description === '' ? `the scan is ${status}` : `the scan is ${status} (${description})`;
	// Basic scanning says so in its description: "UnsupportedImageError: The operating system …".
	const known = /UnsupportedImage/i.test(description) ? ENDS.UNSUPPORTED_IMAGE : ENDS[status];
	if (known !== undefined) return { kind: 'ended', ending: { ...known, reason } };
	return {
		kind: 'ended',
		ending: {
			state: 'failed',
			reason: `${reason}, a status that this version does not know`,
			fix: 'Update this action, or report the status.',
		},
	};
}
