export type { BaseImage } from './base-image.ts';
export { type Decision, type Evaluation, type EvaluationInputs, evaluate, FINDING_CLASSES } from './evaluate.ts';
export { type Explanation, explain } from './explain.ts';
export { withExploitation } from './exploitation.ts';
export { type Cvss, cvssScore, type Finding, type Fix, type VulnerablePackage } from './finding.ts';
export { type Findings, findingsDocument, formatFindings, mergeByPlatform, type PlatformScan } from './findings.ts';
export {
	type Acceptable,
	type EffectivePolicy,
	effectiveOrgPolicy,
	effectivePolicy,
	type PlacedRule,
	type Policy,
	type PolicyRules,
	policyDigest,
} from './policy.ts';
export { parsePolicy } from './policy-file.ts';
export { refuseLoosening } from './policy-org.ts';
export type { ReadFindings } from './read/answer.ts';
export { fromBasic } from './read/ecr-basic.ts';
export { fromEnhanced } from './read/ecr-enhanced.ts';
export { type FindingsSource, readFindings, readFindingsFrom } from './read/read.ts';
export { htmlReport } from './report/html.ts';
export { markdownReport, severityBar } from './report/markdown.ts';
export { headline, type ReportMaterial, unansweredText } from './report/material.ts';
export { sarifCounts, sarifReport } from './report/sarif.ts';
export { type SchemaProblem, schemaProblems } from './schema-check.ts';
export { schemas } from './schemas.ts';
export {
	countBySeverity,
	KNOWN_SEVERITIES,
	type KnownSeverity,
	SEVERITIES,
	type Severity,
	type SeverityCounts,
} from './severity.ts';
export { leanFindings, type TextStore } from './texts.ts';
export { type Evidence, formatVerdict, readVerdict, type Verdict } from './verdict.ts';
export { readVex, type VexStatement } from './vex.ts';
export { formatVex } from './vex-export.ts';
