import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Context, escapeLog, PipelineError, retry } from '@ecr-pipeline/core';
import {
	isTransient,
	openRegistries,
	openScanning,
	type Scanning,
	type ScanningConfiguration,
} from '@ecr-pipeline/ecr';
import {
	type Finding,
	mergeByPlatform,
	SEVERITIES,
	type SeverityCounts,
	withExploitation,
} from '@ecr-pipeline/findings';
import { type Known, writeDocument } from './document.ts';
import { askExploitation, type ExploitationAnswer, exploitationNotes } from './exploitation.ts';
import { findTargets, label, type Manifests, type ScannedImage, type Target } from './image.ts';
import type { WaitInputs } from './inputs.ts';
import { isAccepted, type ManifestOutcome, type ScanState, worstState } from './outcome.ts';
import { planScan } from './plan.ts';
import { waitForAll } from './wait-all.ts';

export interface WaitResult {
	/** `registry/repository`. */
	readonly name: string;
	readonly repository: string;
	readonly digest: string;
	/** The tag that was resolved, where no digest was given. */
	readonly tag?: string;
	readonly state: ScanState;
	/** Tells that the findings file is written: every platform is complete, or unsupported and that is accepted. */
	readonly accepted: boolean;
	readonly outcomes: readonly ManifestOutcome[];
	readonly leftOut: readonly Target[];
	readonly waitedMilliseconds: number;
	/** Present when accepted. */
	readonly known?: Known & { readonly findingsFile: string; readonly counts: SeverityCounts };
	/** Present when accepted and asked for. */
	readonly exploitation?: ExploitationAnswer;
}

/** The place of an image whose scan is waited for, and how it is asked. */
export interface Place {
	readonly registry: string;
	readonly repository: string;
	readonly source: Manifests;
	readonly scanning: Scanning;
}

/** Waits until the findings for an image are complete on every platform, and writes them down. */
export async function waitForScan(input: WaitInputs, context: Context): Promise<WaitResult> {
	const registries = await openRegistries(context);
	const { registry, repository } = registries.complete(input.image);
	const access = await registries.ecr(registry, repository);
	if (access === undefined)
		throw new PipelineError({
			code: 'unsupported',
			attempted: `Could not wait for a scan of ${registry}/${repository}`,
			answer: `${registry} is not a private registry of Amazon ECR that a step of this job has logged in to, and only those have scans to wait for`,
			fix: 'Run ecr-login-oidc for this registry first. For any other registry, scan the image with Trivy or Grype and give the report to gate-on-findings.',
		});
	const source = await registries.repository({ registry, repository });
	const scanning = openScanning(access, repository, context);
	return waitAt({ registry, repository, source, scanning }, input, context);
}

/** The same, at a place that is open already. */
export async function waitAt(place: Place, input: WaitInputs, context: Context): Promise<WaitResult> {
	const { clock } = context;
	const began = clock.now();
	const deadline = began + input.timeoutSeconds * 1000;
	const findingsFile = resolve(input.findingsFile ?? join(context.temporaryDirectory, 'findings.json'));
	// Findings of an earlier image must not be there for the gate when this wait fails.
	await rm(findingsFile, { force: true });

	const { image, configuration } = await lookAround(place, input, context, deadline);
	const plan = planScan(input, configuration, place.repository);
	const outcomes =
		'state' in plan
			? image.targets.map((target) => ({ ...target, ...plan, waitedMilliseconds: 0, calls: 0 }))
			: await waitForAll(image, plan, place.scanning, input, context, deadline);
	const state = worstState(outcomes);
	const result = {
		name: `${place.registry}/${place.repository}`,
		repository: place.repository,
		digest: image.digest,
		...(input.image.digest === undefined && input.image.tag !== undefined ? { tag: input.image.tag } : {}),
		state,
		accepted: isAccepted(state, input.onUnsupported),
		outcomes,
		leftOut: image.leftOut,
		waitedMilliseconds: clock.now() - began,
	};
	if (!result.accepted) return result;
	warnOfUnsupported(outcomes, context);
	const merged = mergeByPlatform(outcomes.map((outcome) => (outcome.state === 'complete' ? outcome.findings : [])));
	const exploitation =
		input.enrich === 'never'
			? undefined
			: await askExploitation(merged, outcomes, place.scanning.exploitation, context, deadline);
	const findings = exploitation === undefined ? merged : enriched(merged, exploitation, context);
	const known = await writeDocument(findingsFile, { ...result, findings });
	context.log.info(escapeLog(told(outcomes, known, findingsFile)));
	return { ...result, known: { ...known, findingsFile }, ...(exploitation === undefined ? {} : { exploitation }) };
}

function enriched(findings: readonly Finding[], answer: ExploitationAnswer, { log }: Context): Finding[] {
	for (const note of exploitationNotes(answer)) log.info(escapeLog(note));
	return findings.map((finding) => withExploitation(finding, answer.byId.get(finding.id) ?? {}));
}

/** Finds the manifests to wait for, and how they are scanned. A service that cannot answer now is asked again. */
async function lookAround(
	{ registry, repository, source, scanning }: Place,
	{ image: { digest, tag = '' }, platforms }: WaitInputs,
	{ clock, random, log }: Context,
	deadline: number,
): Promise<{ readonly image: ScannedImage; readonly configuration: ScanningConfiguration }> {
	const patiently = <T>(work: () => Promise<T>): Promise<T> =>
		retry(work, { clock, random, attempts: 10, baseMilliseconds: 1000, deadline, again: isTransient });
	const [image, configuration] = await Promise.all([
		patiently(() => findTargets(digest ?? tag, platforms, source, { clock, deadline })),
		patiently(() => scanning.configuration()),
	]);
	if (digest === undefined) log.info(`${registry}/${repository}:${tag} is ${image.digest}.`);
	return { image, configuration };
}

function told(outcomes: readonly ManifestOutcome[], { counts, suppressed }: Known, findingsFile: string): string {
	const complete = outcomes.filter(({ state }) => state === 'complete').length;
	const found = SEVERITIES.map((severity) => `${counts[severity]} ${severity}`).join(', ');
	return `The scan is complete for ${complete} of ${outcomes.length} manifests: ${found}; ${suppressed} suppressed. The findings are in ${findingsFile}.`;
}

function warnOfUnsupported(outcomes: readonly ManifestOutcome[], { log }: Context): void {
	for (const outcome of outcomes)
		if (outcome.state === 'unsupported')
			log.warning(
				escapeLog(
					`${label(outcome)} cannot be scanned: ${outcome.reason}. Nothing is known about it (on-unsupported: warn).`,
				),
			);
}
