import { type Context, type Digest, escapeLog } from '@ecr-pipeline/core';
import { evaluate, headline, type ReportMaterial } from '@ecr-pipeline/findings';
import { readBaseline, readFindingsFiles, readVexFiles } from './documents.ts';
import { discardVerdict, type ReportFiles, reportPaths, writeReports } from './files.ts';
import { type GateInputs, inWorkspace } from './inputs.ts';
import { readPolicyInput } from './policy.ts';
import { subjectOf } from './subject.ts';

export interface GateResult extends ReportMaterial {
	readonly files: ReportFiles;
	/** Digest of the referrer that holds the verdict, where it was attached. */
	readonly attachedVerdict?: Digest;
}

/** Holds the findings of one image against the policy, and writes what came of it. A failed verdict is a result, no error. */
export async function gateOnFindings(inputs: GateInputs, context: Context): Promise<GateResult> {
	if (inputs.verdictFile !== undefined) await discardVerdict(inWorkspace(inputs.verdictFile, context.env));
	const policyFor = await readPolicyInput(inputs.policy, context);
	const documents = await readFindingsFiles(inputs.findings, context);
	const vex = await readVexFiles(inputs.vex, context);
	const baseline = await readBaseline(inputs.baseline, context);
	const subject = subjectOf(documents, inputs.image);
	const policy = policyFor(subject.repository);
	const now = context.clock.now();
	const evaluation = evaluate({
		findings: subject.findings,
		policy: policy.rules,
		...(subject.registry === undefined ? {} : { registry: subject.registry }),
		vex: vex.flatMap(({ content }) => content),
		...(baseline.length === 0 ? {} : { baseline: baseline.flatMap(({ content }) => content) }),
		now,
	});
	const { scanType, scanCompletedAt, sourceUpdatedAt, platforms } = subject.findings;
	const material: ReportMaterial = {
		image: subject.image,
		digest: subject.digest,
		mode: inputs.mode,
		evaluation: { ...evaluation, notes: [...subject.notes, ...evaluation.notes] },
		policy: { uri: policy.uri, digest: policy.digest },
		scanType,
		...(scanCompletedAt === undefined ? {} : { scanCompletedAt }),
		...(sourceUpdatedAt === undefined ? {} : { sourceUpdatedAt }),
		platforms,
		now,
	};
	const files = reportPaths(inputs, subject.digest, context);
	await writeReports(
		material,
		files,
		[...documents, ...vex, ...baseline].map(({ evidence }) => evidence),
		context,
	);
	report(material, files, context);
	if (!inputs.attachVerdict) return { ...material, files };
	// Loaded when it is asked for: the AWS SDK would double the time that every other verdict takes.
	const { attach } = await import('./attach.ts');
	return {
		...material,
		files,
		attachedVerdict: await attach({ ...subject, verdictFile: files.verdict, now }, context),
	};
}

function report(material: ReportMaterial, files: ReportFiles, { log }: Context): void {
	log.info(`${material.image}\n${headline(material)}`);
	for (const note of material.evaluation.notes.slice(0, 20)) log.info(escapeLog(`- ${note}`));
	log.info(`SARIF: ${files.sarif}\nReport: ${files.report}\nVerdict: ${files.verdict}`);
	const { expired, expiringSoon } = material.evaluation.ignoreRules;
	const ending = [
		...expired.map(({ place, id, expires }) => `${place} (${id}) expired on ${expires}`),
		...expiringSoon.map(({ place, id, expires }) => `${place} (${id}) holds until ${expires}`),
	];
	// One annotation for all of them: a step may show ten.
	if (ending.length > 0) log.warning(`Ignore rules come to their end: ${escapeLog(ending.slice(0, 20).join('; '))}`);
}
