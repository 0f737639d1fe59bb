import { type Context, type Digest, escapeLog } from '@ecr-pipeline/core';
import {
	type EvaluationInputs,
	type Evidence,
	type Explanation,
	evaluate,
	explain,
	type Finding,
	headline,
	type ReportMaterial,
	unansweredText,
} from '@ecr-pipeline/findings';
import type { KnownBase } from './base-image.ts';
import type { CommentOutcome } from './comment.ts';
import { type Document, readBaseline, readFindingsFiles, readVexFiles } from './documents.ts';
import { explanationLines } from './explained.ts';
import { discardVerdict, type ReportFiles, reportPaths, writeReports } from './files.ts';
import { type GateInputs, inWorkspace } from './inputs.ts';
import { type ChosenPolicy, readPolicyInput } from './policy.ts';
import { type Subject, subjectOf } from './subject.ts';

export interface GateResult extends ReportMaterial {
	readonly files: ReportFiles;
	/** The ids that were asked for, and what became of them. */
	readonly explain: readonly string[];
	readonly explained: readonly Explanation[];
	/** Digest of the referrer that holds the verdict, where it was attached. */
	readonly attachedVerdict?: Digest;
	/** Present where a comment was asked for. */
	readonly comment?: CommentOutcome;
}

/** Holds the findings of one image against the policy, and writes what came of it. A failed verdict is a result, no error. */
export async function gateOnFindings(inputs: GateInputs, context: Context): Promise<GateResult> {
	if (inputs.verdictFile !== undefined) await discardVerdict(inWorkspace(inputs.verdictFile, context.env));
	const policyFor = await readPolicyInput(inputs, context);
	const documents = await readFindingsFiles(inputs.findings, context);
	const vex = await readVexFiles(inputs.vex, context);
	const subject = subjectOf(documents, inputs.image);
	const policy = policyFor(subject.repository);
	const baseline = await readAllBaselines(inputs, context);
	const base = await readBase(inputs, policy, subject, context);
	const question: EvaluationInputs = {
		findings: subject.findings,
		policy: policy.rules,
		...(policy.org === undefined ? {} : { orgPolicy: policy.org.rules }),
		...(subject.registry === undefined ? {} : { registry: subject.registry }),
		vex: vex.flatMap(({ content }) => content),
		...(baseline.length === 0 ? {} : { baseline: baseline.flatMap(({ content }) => content) }),
		...(base.baseImage === undefined ? {} : { baseImage: base.baseImage }),
		now: context.clock.now(),
	};
	const material = materialOf(inputs, subject, policy, question, base.notes);
	const files = reportPaths(inputs, subject.digest, context);
	const evidence = [...documents, ...vex, ...baseline].map((document): Evidence => document.evidence);
	await writeReports(material, subject.findings, files, [...evidence, ...base.evidence], context);
	const explained = explain(inputs.explain, material.evaluation.decisions, question);
	report(material, files, context);
	for (const line of explanationLines(inputs.explain, explained)) context.log.info(line);
	return {
		...material,
		files,
		explain: inputs.explain,
		explained,
		...(await tell(inputs, subject, material, files, context)),
	};
}

function materialOf(
	{ mode }: GateInputs,
	{ image, digest, findings, notes }: Subject,
	{ evidence, org }: ChosenPolicy,
	question: EvaluationInputs,
	moreNotes: readonly string[],
): ReportMaterial {
	const evaluation = evaluate(question);
	const { scanType, scanCompletedAt, sourceUpdatedAt, platforms } = findings;
	return {
		image,
		digest,
		mode,
		evaluation: { ...evaluation, notes: [...notes, ...moreNotes, ...evaluation.notes] },
		policy: { ...evidence, ...(org === undefined ? {} : { org: org.evidence }) },
		scanType,
		...(scanCompletedAt === undefined ? {} : { scanCompletedAt }),
		...(sourceUpdatedAt === undefined ? {} : { sourceUpdatedAt }),
		platforms,
		now: question.now,
	};
}

// What needs the network is loaded when it is asked for: the AWS SDK would double the time of every other verdict.

async function readAllBaselines(
	{ baseline: { files, images } }: GateInputs,
	context: Context,
): Promise<Document<readonly Finding[]>[]> {
	const read = await readBaseline(files, context);
	if (images.length === 0) return read;
	const { readBaselineImages } = await import('./baseline-image.ts');
	return [...read, ...(await readBaselineImages(images, context))];
}

/** Nothing is asked about the base image where no policy has rules for it. */
async function readBase(
	{ baseImage }: GateInputs,
	{ rules, org }: ChosenPolicy,
	subject: Subject,
	context: Context,
): Promise<KnownBase> {
	if (rules['base-image'] === undefined && org?.rules['base-image'] === undefined) return { evidence: [], notes: [] };
	const { readBaseImage } = await import('./base-image.ts');
	return readBaseImage(baseImage, subject, context);
}

async function tell(
	inputs: GateInputs,
	subject: Subject,
	material: ReportMaterial,
	files: ReportFiles,
	context: Context,
): Promise<Pick<GateResult, 'attachedVerdict' | 'comment'>> {
	const attachment = { ...subject, verdictFile: files.verdict, now: material.now };
	const attached = inputs.attachVerdict
		? { attachedVerdict: await (await import('./attach.ts')).attach(attachment, context) }
		: {};
	if (!inputs.commentOnPr) return attached;
	const { commentOnPullRequest } = await import('./comment.ts');
	return { ...attached, comment: await commentOnPullRequest(material, inputs.githubToken, context) };
}

function report(material: ReportMaterial, files: ReportFiles, { log }: Context): void {
	log.info(`${material.image}\n${headline(material)}`);
	for (const note of material.evaluation.notes.slice(0, 20)) log.info(escapeLog(`- ${note}`));
	log.info(`SARIF: ${files.sarif}\nReport: ${files.report}\nVerdict: ${files.verdict}\nVEX: ${files.vex}`);
	const unknown = unansweredText(material.evaluation);
	if (material.evaluation.verdict === 'passed' && unknown !== '')
		log.warning(
			`The verdict passed as far as is known: ${unknown}. A scanner that says so decides it (for EPSS and KEV of ECR's enhanced scanning, wait-for-scan needs inspector2:BatchGetFindingDetails), or a lower severity or score that blocks.`,
		);
	const { expired, expiringSoon } = material.evaluation.ignoreRules;
	const ending = [
		...expired.map(({ place, id, expires }) => `${place} (${id}) expired on ${expires}`),
		...expiringSoon.map(({ place, id, expires }) => `${place} (${id}) holds until ${expires}`),
	];
	// One annotation for all of them: a step may show ten.
	if (ending.length > 0) log.warning(`Ignore rules come to their end: ${escapeLog(ending.slice(0, 20).join('; '))}`);
}
