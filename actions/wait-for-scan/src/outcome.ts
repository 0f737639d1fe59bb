import type { Finding } from '@ecr-pipeline/findings';
import type { Target } from './image.ts';

/**
 * How waiting for one manifest, or for all of them, ended, from the best to the worst: the worst is the one word for all
 * platforms. Only `complete` says that all findings are known; `stopped` was given up, since another platform had failed.
 */
export const SCAN_STATES = [
	'complete',
	'unsupported',
	'stopped',
	'timed-out',
	'not-found',
	'archived',
	'expired',
	'off',
	'failed',
] as const;
export type ScanState = (typeof SCAN_STATES)[number];

/** An end without findings: why, and what to do. */
export interface Ending {
	readonly state: Exclude<ScanState, 'complete'>;
	readonly reason: string;
	readonly fix: string;
}

/** The findings of a manifest, and why they are believed to be all. */
export interface Completion {
	readonly state: 'complete';
	readonly scanType: 'basic' | 'enhanced';
	readonly findings: readonly Finding[];
	/** Under enhanced scanning: for each vulnerability, Inspector's name of one finding with it. */
	readonly findingArns: ReadonlyMap<string, string>;
	/** ISO 8601. */
	readonly scanCompletedAt?: string;
	/** When the scanner's knowledge was last updated, ISO 8601. */
	readonly sourceUpdatedAt?: string;
	readonly evidence: string;
}

export type ManifestOutcome = Target & {
	/** The registry's own word, as last seen. */
	readonly status?: string;
	readonly waitedMilliseconds: number;
	/** Questions to AWS about this manifest. */
	readonly calls: number;
} & (Completion | Ending);

/** Tells whether a manifest may be in the findings file: nothing else is a pass. */
export function isAccepted(state: ScanState, onUnsupported: 'fail' | 'warn'): boolean {
	return state === 'complete' || (state === 'unsupported' && onUnsupported === 'warn');
}

/** The worst of all platforms; none at all is no pass. */
export function worstState(outcomes: readonly ManifestOutcome[]): ScanState {
	return outcomes.reduce<ScanState>(
		(worst, { state }) => (SCAN_STATES.indexOf(state) > SCAN_STATES.indexOf(worst) ? state : worst),
		outcomes.length === 0 ? 'failed' : 'complete',
	);
}
