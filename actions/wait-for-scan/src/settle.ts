import type { FullRead } from './read.ts';

/** What is known beyond the findings themselves. */
export interface Certainty {
	/** `unknown`: the configuration could not be read and the answer has not shown its shape. */
	readonly scanType: 'basic' | 'enhanced' | 'unknown';
	/** Inspector itself says that it has scanned this manifest. */
	readonly confirmed: boolean;
	/** The least time without change that the user asked for, in milliseconds. */
	readonly settle: number;
}

/** How long the same set of findings has been read. Times are milliseconds since 1970. */
export interface Steadiness {
	readonly fingerprint: string;
	readonly since: number;
	readonly reads: number;
}

export type Judgement =
	| { readonly kind: 'final'; readonly evidence: string }
	/** `again` is in how many milliseconds another read can decide; absent where time alone does not. */
	| { readonly kind: 'unsettled'; readonly says: string; readonly again?: number; readonly fix: string };

// Findings arrive in waves of some 15 s after COMPLETE (ecperth/check-aws-inspector's README; aws/aws-sdk#289). Where
// Inspector confirms its scan, reading twice is enough; where it cannot be asked, two waves are waited out, and four where
// no finding has come at all.
const CONFIRMED = { window: 2000, reads: 2 };
const UNCONFIRMED = { window: 30_000, reads: 3 };
const UNCONFIRMED_EMPTY = { window: 60_000, reads: 4 };
const SHORTEST_PAUSE = 2000;

/** Notes one more read. */
export function steadiness(before: Steadiness | undefined, fingerprint: string, now: number): Steadiness {
	if (before?.fingerprint !== fingerprint) return { fingerprint, since: now, reads: 1 };
	return { ...before, reads: before.reads + 1 };
}

/** Decides whether what was read is all. */
export function judge(read: FullRead, steady: Steadiness, certainty: Certainty, now: number): Judgement {
	if (read.missing > 0) return unsettled(`ECR counts ${read.missing} findings more than it lists`, COUNTS);
	const type = read.enhanced ? 'enhanced' : certainty.scanType;
	if (type === 'enhanced' && read.basicFindings.length > 0)
		return unsettled('the findings listed are those of a basic scan, and scanning is enhanced', SWITCHED);
	if (type === 'basic' || (type === 'unknown' && read.basicFindings.length > 0)) return judgeBasic(read);

	const confirmed = certainty.confirmed;
	const { window, reads } = confirmed ? CONFIRMED : read.total === 0 ? UNCONFIRMED_EMPTY : UNCONFIRMED;
	const needed = Math.max(window, certainty.settle);
	// Zero findings look the same before the first scan and after a clean one.
	if (!confirmed && read.total === 0 && (read.first.completedAt === undefined || !read.enhanced))
		return unsettled('no findings are listed, and nothing says that the image has been scanned', GRANT);
	const unchanged = now - steady.since;
	if (unchanged >= needed && steady.reads >= reads)
		return {
			kind: 'final',
			evidence: `${confirmed ? 'Amazon Inspector reports the scan as successful' : 'Amazon Inspector could not be asked'}; ${steady.reads} reads in ${Math.round(unchanged / 1000)} s gave the same findings`,
		};
	const says = `${read.total} findings, unchanged for ${seconds(unchanged)} of ${seconds(needed)}`;
	return unsettled(says, LONGER, Math.max(SHORTEST_PAUSE, needed - unchanged));
}

// A basic scan lists its findings together with COMPLETE, and says when it was. Neither is there where a scan is taken for a
// basic one and Inspector has only begun.
function judgeBasic(read: FullRead): Judgement {
	if (read.total > 0 || read.first.completedAt !== undefined)
		return { kind: 'final', evidence: 'the basic scan is COMPLETE' };
	return unsettled('no findings and no time of the scan yet', NO_TIME);
}

function unsettled(says: string, fix: string, again?: number): Judgement {
	return { kind: 'unsettled', says, fix, ...(again === undefined ? {} : { again }) };
}

function seconds(milliseconds: number): string {
	return `${Math.floor(milliseconds / 1000)} s`;
}

const LONGER = 'Raise timeout-seconds, or lower settle-seconds.';
const NO_TIME =
	'Nothing says that the image has been scanned. Leave scan-type at auto where the registry may be set to enhanced scanning, or scan the image again.';
const GRANT =
	'Grant inspector2:ListCoverage, by which Amazon Inspector itself says whether it has scanned the image, or raise timeout-seconds.';
const COUNTS = 'Run again later: the list of findings is not complete.';
const SWITCHED = 'Push the image again, so that enhanced scanning finds it; scanning was switched after its last scan.';
