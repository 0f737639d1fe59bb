import type { ImageReference, Inputs } from '@ecr-pipeline/core';

export interface WaitInputs {
	/** With a digest, or a tag that is resolved once. */
	readonly image: ImageReference;
	readonly scanType: 'auto' | 'basic' | 'enhanced';
	readonly startScan: 'auto' | 'always' | 'never';
	/** `os/architecture[/variant]` of the manifests of an index to wait for. */
	readonly platforms: 'all' | readonly string[];
	readonly timeoutSeconds: number;
	/** Seconds for which enhanced findings must not change. */
	readonly settleSeconds: number;
	readonly onUnsupported: 'fail' | 'warn';
	/** Whether Inspector is asked for EPSS and KEV. */
	readonly enrich: 'auto' | 'never';
	/** Absent: `findings.json` in the runner's temporary directory. */
	readonly findingsFile?: string;
}

const NO_IMAGE: ImageReference = { repository: '' };
const PLATFORM = /^[a-z0-9]+\/[a-z0-9_]+(?:\/[a-z0-9.]+)?$/;

/** Reads and checks every input of the action. */
export function readInputs(inputs: Inputs): WaitInputs {
	const timeoutSeconds = inputs.integer('timeout-seconds', 900, { min: 1, max: 21_600 });
	const settleSeconds = inputs.integer('settle-seconds', 0, { min: 0, max: 3600 });
	if (settleSeconds >= timeoutSeconds)
		inputs.problem('settle-seconds', String(settleSeconds), `less than timeout-seconds, which is ${timeoutSeconds}`);
	const findingsFile = inputs.text('findings-file');
	return {
		image: readImage(inputs),
		scanType: inputs.choice('scan-type', ['auto', 'basic', 'enhanced'], 'auto'),
		startScan: inputs.choice('start-scan', ['auto', 'always', 'never'], 'auto'),
		platforms: readPlatforms(inputs),
		timeoutSeconds,
		settleSeconds,
		onUnsupported: inputs.choice('on-unsupported', ['fail', 'warn'], 'fail'),
		enrich: inputs.choice('enrich', ['auto', 'never'], 'auto'),
		...(findingsFile === undefined ? {} : { findingsFile }),
	};
}

function readImage(inputs: Inputs): ImageReference {
	inputs.required('image');
	const image = inputs.image('image');
	if (image !== undefined && image.digest === undefined && image.tag === undefined)
		inputs.problem('image', inputs.text('image'), 'a digest is required, repository@sha256:… (a tag is resolved)');
	return image ?? NO_IMAGE;
}

function readPlatforms(inputs: Inputs): 'all' | string[] {
	const given = [...new Set(inputs.list('platforms'))];
	if (given.length === 0 || (given.length === 1 && given[0] === 'all')) return 'all';
	for (const platform of given)
		if (!PLATFORM.test(platform))
			inputs.problem('platforms', platform, 'all, or platforms as os/architecture[/variant]: linux/arm64');
	return given;
}
