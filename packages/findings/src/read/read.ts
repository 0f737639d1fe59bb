import { messageOf, PipelineError } from '@ecr-pipeline/core';
import type { Finding } from '../finding.ts';
import { describeValue, isObject, type JsonObject, refuse } from '../shape.ts';
import type { ReadFindings } from './answer.ts';
import { openEcr } from './ecr.ts';
import type { FormatReader } from './format.ts';
import { openGrype } from './grype.ts';
import { openInspector } from './inspector.ts';
import type { JsonPath } from './json-path.ts';
import { scanJson } from './json-scan.ts';
import { openNormalised } from './normalised.ts';
import { openSarif } from './sarif.ts';
import { openTrivy } from './trivy.ts';

const FORMATS =
	'the findings of wait-for-scan, ECR DescribeImageScanFindings (one answer, or a list of pages), Inspector ListFindings, Trivy JSON, Grype JSON, SARIF 2.1.0';

// How the formats call their lists of findings. These are read one by one; all else of a file is small.
const LISTS = new Set<unknown>([
	'findings',
	'enhancedFindings',
	'matches',
	'ignoredMatches',
	'results',
	'Vulnerabilities',
	'Secrets',
	'Misconfigurations',
	'ExperimentalModifiedFindings',
]);

/** Something that can be read from its beginning more than once. A chunk may be overwritten by the next one. */
export interface FindingsSource {
	/** As it is called in messages. */
	readonly name: string;
	readonly chunks: () => Iterable<Buffer>;
}

/** Reads findings from text that is in memory anyway. @param name how it is called in messages */
export function readFindings(text: string, name: string): ReadFindings {
	return readFindingsFrom({ name, chunks: () => [Buffer.from(text)] });
}

/**
 * Reads findings of any known format and any size, detected by what is in them. What is not wholly understood is refused,
 * with the place and what was seen there.
 * @param keep what is kept of each finding; itself, where nothing else is said
 */
export function readFindingsFrom(
	{ name, chunks }: FindingsSource,
	keep: (finding: Finding) => Finding = (finding) => finding,
): ReadFindings {
	try {
		const reader = openFormat(detect(chunks()));
		const findings: Finding[] = [];
		const outline = scanJson(chunks(), {
			takes,
			element(value, list, index) {
				const finding = reader.read(value, list, index);
				if (finding !== undefined) findings.push(keep(finding));
			},
		});
		return reader.finish(outline, findings);
	} catch (error) {
		throw new PipelineError({
			code: 'unsupported',
			attempted: `Could not read findings from ${name}`,
			answer: messageOf(error),
			cause: error,
		});
	}
}

/**
 * The document as far as it is needed to know its format and how to read its lists: some formats say at their end what
 * was scanned, or by which rules. It ends early where the first list leaves no doubt.
 */
function detect(chunks: Iterable<Buffer>): unknown {
	const { document } = scanJson(chunks, {
		takes,
		isEnough: (list, soFar) => list.includes('imageScanFindings') || (isObject(soFar) && isNormalised(soFar)),
	});
	return document;
}

function takes(path: JsonPath): boolean {
	return path.length <= 3 && LISTS.has(path.at(-1));
}

function openFormat(document: unknown): FormatReader {
	if (isObject(document)) return openObject(document);
	if (Array.isArray(document) && document.length > 0 && document.every(isObject)) return openPages(document);
	throw unknown(document);
}

function openObject(value: JsonObject): FormatReader {
	if (isNormalised(value)) return openNormalised(value);
	if (isEcr(value)) return openEcr();
	if ('SchemaVersion' in value && 'ArtifactType' in value) return openTrivy(value);
	if ('matches' in value && 'source' in value && 'descriptor' in value) return openGrype(value);
	if ('runs' in value && 'version' in value) return openSarif(value);
	if (Array.isArray(value.findings)) return openInspector();
	throw unknown(value);
}

function openPages(pages: readonly JsonObject[]): FormatReader {
	if (pages.every(isEcr)) return openEcr();
	if (pages.every((page) => Array.isArray(page.findings) && !('schemaVersion' in page))) return openInspector();
	const other = pages.findIndex((page) => isEcr(page) !== isEcr(pages[0] ?? {}));
	if (other > 0) throw refuse(`[${other}]`, 'a page of the same answer as the one before it', pages[other]);
	throw unknown(pages[0]);
}

function isNormalised(value: JsonObject): boolean {
	return 'schemaVersion' in value && 'scanType' in value;
}

function isEcr(value: JsonObject): boolean {
	return 'imageScanFindings' in value || 'imageScanStatus' in value;
}

function unknown(value: unknown): PipelineError {
	return new PipelineError({
		code: 'unsupported',
		attempted: 'Its format is not known',
		answer: `it is ${describeValue(value)}`,
		fix: `Known are: ${FORMATS}.`,
	});
}
