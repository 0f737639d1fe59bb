import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Context, shortDigest, writeFileAtomically } from '@ecr-pipeline/core';
import {
	type Evidence,
	type Findings,
	formatVerdict,
	formatVex,
	htmlReport,
	type ReportMaterial,
	sarifReport,
} from '@ecr-pipeline/findings';
import { type GateInputs, inWorkspace } from './inputs.ts';
import { authorId, TOOLING, VERSION, verifierId } from './version.ts';

export interface ReportFiles {
	readonly sarif: string;
	readonly report: string;
	readonly verdict: string;
	/** The ignore rules that took something away, as OpenVEX. */
	readonly vex: string;
}

/** Where the files go. The names hold the digest, so that two images of one job do not overwrite each other's. */
export function reportPaths(inputs: GateInputs, digest: string, { env, temporaryDirectory }: Context): ReportFiles {
	const place = (given: string | undefined, name: string): string =>
		given === undefined ? join(temporaryDirectory, name) : inWorkspace(given, env);
	const image = shortDigest(digest);
	return {
		sarif: place(inputs.sarifFile, `findings-${image}.sarif`),
		report: place(inputs.reportFile, `findings-${image}.html`),
		verdict: place(inputs.verdictFile, `verdict-${image}.json`),
		vex: place(inputs.vexFile, `ignored-${image}.vex.json`),
	};
}

/** Removes what an earlier run left: where this one ends in an error, a PASSED of yesterday must not be lying there. */
export async function discardVerdict(path: string): Promise<void> {
	await rm(path, { force: true });
}

export async function writeReports(
	material: ReportMaterial,
	findings: Findings,
	files: ReportFiles,
	evidence: readonly Evidence[],
	{ env }: Context,
): Promise<void> {
	const { image, digest, evaluation, policy, now } = material;
	const { decisions } = evaluation;
	await writeFileAtomically(files.sarif, sarifReport(decisions, { image, version: VERSION }));
	await writeFileAtomically(files.report, htmlReport(material));
	await writeFileAtomically(
		files.verdict,
		formatVerdict({
			image,
			digest,
			passed: evaluation.verdict === 'passed',
			policy,
			evidence,
			verifiedAt: now,
			verifier: { id: verifierId(env), version: VERSION },
		}),
	);
	const vex = { image, findings, decisions, author: authorId(env), tooling: TOOLING, policy: policy.uri, now };
	await writeFileAtomically(files.vex, formatVex(vex));
}
