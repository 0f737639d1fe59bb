/** ECR's ScanStatus; any string may be played, since a client must cope with one that it does not know. */
type ScanStatus = string;

/** One stretch of a scan. The last one lasts for ever. */
export interface ScanStep {
	readonly status: ScanStatus;
	readonly seconds?: number;
	/** How many of the findings show; absent: all where the scan is done, none before. */
	readonly findings?: number;
	readonly description?: string;
}

export interface ScanMoment {
	readonly step: ScanStep;
	/** The step is the last: nothing changes any more. */
	readonly final: boolean;
	/** When the step began, in milliseconds since the epoch. */
	readonly since: number;
}

/** Where a scan stands. It is a function of the time alone, so there are no timers and an advanced clock is enough. */
export function momentOf(steps: readonly [ScanStep, ...ScanStep[]], startedAt: number, now: number): ScanMoment {
	let since = startedAt;
	for (const step of steps.slice(0, -1)) {
		const until = since + (step.seconds ?? 0) * 1000;
		if (now < until) return { step, final: false, since };
		since = until;
	}
	return { step: steps.at(-1) ?? steps[0], final: true, since };
}

const DESCRIPTIONS: Readonly<Record<string, string>> = {
	PENDING: 'Pending start of the image scan.',
	IN_PROGRESS: 'The scan is in progress.',
	COMPLETE: 'The scan was completed successfully.',
	ACTIVE: 'Continuous scan is selected for image.',
	FAILED: 'The scan failed.',
	UNSUPPORTED_IMAGE: 'The operating system or media type of the image is not supported.',
	SCAN_ELIGIBILITY_EXPIRED: 'The scan eligibility of the image has expired.',
	FINDINGS_UNAVAILABLE: 'The findings of the image are not available.',
	LIMIT_EXCEEDED: 'A quota of image scanning has been exceeded.',
	IMAGE_ARCHIVED: 'The image is archived.',
};

export const descriptionOf = (step: ScanStep): string | undefined => step.description ?? DESCRIPTIONS[step.status];
