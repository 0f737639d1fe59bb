import type { Log } from '@ecr-pipeline/core';
import type { Coverage, PageRequest, ScanPage, ScanStart } from '@ecr-pipeline/ecr';
import type { Target } from './image.ts';
import type { Completion, Ending } from './outcome.ts';
import type { ScanPlan } from './plan.ts';
import type { Scan } from './read.ts';
import type { Steadiness } from './settle.ts';

/** The questions about one manifest; each is counted, and given up after a minute. */
export interface Ask {
	page(request: PageRequest): Promise<ScanPage>;
	start(): Promise<ScanStart>;
	coverage(repositoryArn: string): Promise<Coverage>;
}

/** One manifest being waited for: what is fixed, and what was learnt so far. */
export interface Watch {
	readonly target: Target;
	readonly plan: ScanPlan;
	readonly ask: Ask;
	readonly log: Log;
	/** Milliseconds since 1970. */
	readonly now: () => number;
	readonly memory: Memory;
}

export interface Memory {
	/** The registry's last word. */
	status: string | undefined;
	/** Since when the image is not to be seen. */
	unseenSince: number | undefined;
	/** Whether a scan is still to be started. */
	startDue: boolean;
	/** How the scan looked before a new one was started: until it looks different, the new one is not visible. */
	superseded: string | undefined;
	/** The status says that findings can be read. */
	ready: boolean;
	/** An answer has had the shape of enhanced scanning. */
	enhanced: boolean;
	/** What Inspector is known to say; `silent`: it cannot be asked, or keeps not listing the manifest. */
	inspector: 'unasked' | 'pending' | 'unlisted' | 'scanned' | 'silent';
	/** How often in a row Inspector has not listed the manifest, or not answered. */
	inspectorMisses: number;
	scannedAt: Date | undefined;
	steady: Steadiness | undefined;
	reads: number;
}

/** What one look gives: an end, or what is waited for, what to do if it does not come, and when to look again. */
export type Look = Completion | Ending | Waiting;

export interface Waiting {
	readonly state: 'waiting';
	readonly says: string;
	readonly fix: string;
	/** Milliseconds; absent: as the cadence has it. */
	readonly again?: number;
}

export function waitFor(says: string, fix: string, again?: number): Waiting {
	return { state: 'waiting', says, fix, ...(again === undefined ? {} : { again }) };
}

export function freshMemory(plan: ScanPlan): Memory {
	return {
		status: undefined,
		unseenSince: undefined,
		startDue: plan.start !== 'never',
		superseded: undefined,
		ready: false,
		enhanced: plan.scanType === 'enhanced',
		inspector: 'unasked',
		inspectorMisses: 0,
		scannedAt: undefined,
		steady: undefined,
		reads: 0,
	};
}

/** What tells one scan of a manifest from the next. */
export function scanMark({ status, completedAt }: Scan): string {
	return `${status} ${completedAt?.toISOString()}`;
}
