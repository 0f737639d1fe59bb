import type { Digest } from '@ecr-pipeline/core';
import type { TagPlan } from '@ecr-pipeline/ecr';
import type { CopyCounts } from '@ecr-pipeline/registry';
import type { Reason } from './preflight.ts';
import type { EvidenceOutcome } from './put-evidence.ts';

/** What a dry run says that a copy would do. */
export interface CopyPlan {
	readonly skipped: number;
	readonly mounted: number;
	readonly streamed: number;
	/** Bytes that would pass through the runner. */
	readonly bytes: number;
}

/** What became of one image at one destination. */
export interface Promotion {
	/** `registry/repository@digest`, where it came from. */
	readonly source: string;
	readonly digest: Digest;
	/** `registry/repository`. */
	readonly name: string;
	readonly registry: string;
	readonly repository: string;
	readonly tags: readonly TagPlan[];
	readonly changed: boolean;
	readonly counts: CopyCounts;
	readonly evidence: readonly EvidenceOutcome[];
	/** Why bytes moved, or would move. */
	readonly reasons: readonly Reason[];
	/** Only of a dry run. */
	readonly plan?: CopyPlan;
	/** What the first tag that moved stood on before. */
	readonly previousDigest?: Digest;
	/** The referrer that holds the record of this promotion. */
	readonly record?: Digest;
}

export interface PromoteResult {
	readonly dryRun: boolean;
	/** The platforms that were kept, where not all were. */
	readonly platforms?: readonly string[];
	/** Regions that have complete copies. */
	readonly replicatedTo: readonly string[];
	readonly promotions: readonly Promotion[];
}
