import { type Context, escapeLog, formatDuration } from '@ecr-pipeline/core';
import type { Scanning } from '@ecr-pipeline/ecr';
import { label, type ScannedImage, type Target } from './image.ts';
import type { WaitInputs } from './inputs.ts';
import { isAccepted, type ManifestOutcome } from './outcome.ts';
import type { ScanPlan } from './plan.ts';
import { withProgressLines } from './progress.ts';
import { watchManifest } from './watch.ts';

/** Waits for every manifest of an image at once. When one has failed, the others are not waited for any longer. */
export async function waitForAll(
	image: ScannedImage,
	plan: ScanPlan,
	scanning: Scanning,
	input: WaitInputs,
	context: Context,
	deadline: number,
): Promise<ManifestOutcome[]> {
	const { clock, log, random } = context;
	const began = clock.now();
	const pointless = new AbortController();
	const says = new Map<Target, string>(image.targets.map((target) => [target, 'not asked yet']));
	const wait = async (target: Target): Promise<ManifestOutcome> => {
		const world = { scanning, clock, random, log, deadline, stop: pointless.signal };
		const outcome = await watchManifest(target, plan, world, (text) => says.set(target, text));
		says.set(target, outcome.state);
		log.debug(escapeLog(`${label(target)}: ${outcome.state} after ${outcome.calls} calls`));
		if (!isAccepted(outcome.state, input.onUnsupported)) pointless.abort();
		return outcome;
	};
	const describe = (): string =>
		`${formatDuration(clock.now() - began)} of ${formatDuration(deadline - began)}: ${[...says].map(([target, text]) => `${label(target)}: ${text}`).join('; ')}`;
	return log.group(
		`Waiting for the scan of ${image.digest} (${plan.scanType}, ${image.targets.length} manifests)`,
		async () => {
			for (const note of plan.notes) log.info(escapeLog(note));
			try {
				return await withProgressLines(context, describe, () => Promise.all(image.targets.map(wait)));
			} finally {
				pointless.abort();
			}
		},
	);
}
