import type { Digest, PipelineError } from '@ecr-pipeline/core';
import type { TagPlan } from '@ecr-pipeline/ecr';
import type { CopyCounts, ImageRepository, ImageSource, Manifest } from '@ecr-pipeline/registry';
import type { Driver } from './driver.ts';
import type { BuildEvent } from './event.ts';
import type { BuildInputs } from './inputs.ts';

/** One run, with all that is known before the build starts. */
export interface BuildJob {
	readonly input: BuildInputs;
	readonly event: BuildEvent;
	readonly driver: Driver;
	/** The wanted tags, the most important first. */
	readonly tags: readonly string[];
}

/** Where an image is pushed to. */
export interface Destination {
	readonly repository: ImageRepository;
	/** Whether a tag can never move there. */
	readonly immutable: (tag: string) => boolean;
}

/** What a driver has made. */
export interface Built {
	/** Absent when nothing has left the Docker daemon. */
	readonly manifest?: Manifest;
	/** Where the image can be read from. */
	readonly source?: ImageSource;
	/** What is known about tags before they are set: the driver looked, and may have set one itself. */
	readonly tagged?: { readonly existing: ReadonlyMap<string, Manifest>; readonly tag?: string };
	/** Why nothing was pushed. */
	readonly refusal?: { readonly plans: readonly TagPlan[]; readonly failure: PipelineError };
	/** Whether the repository had the image before. */
	readonly reused?: boolean;
	/** What the tool says about the image. */
	readonly metadata: Readonly<Record<string, unknown>>;
	/** The OCI layout that was written. */
	readonly layout?: string;
}

export interface BuildResult {
	/** Absent when nothing is pushed. */
	readonly registry?: string;
	readonly repository: string;
	/** Absent when there is no image with a digest: a build by the Docker daemon that was not pushed. */
	readonly manifest?: Pick<Manifest, 'digest' | 'mediaType'>;
	readonly platforms: ReadonlyMap<string, Digest>;
	readonly tags: readonly TagPlan[];
	/** Whether a build was run; otherwise an image that is there was taken. */
	readonly built: boolean;
	/** Whether the repository had the image before. */
	readonly reused: boolean;
	readonly driver: Driver;
	readonly metadata: Readonly<Record<string, unknown>>;
	readonly layout?: string;
	readonly milliseconds: number;
	/** Why the step must fail although there is a digest. */
	readonly failure?: PipelineError;
}

/** The counts of a copy under the names of docker's metadata style. */
export function copyMetadata(counts: CopyCounts): Record<string, number> {
	const { bytesCopied, blobsCopied, blobsMounted, blobsSkipped } = counts;
	return {
		'bytes-copied': bytesCopied,
		'blobs-copied': blobsCopied,
		'blobs-mounted': blobsMounted,
		'blobs-skipped': blobsSkipped,
	};
}
