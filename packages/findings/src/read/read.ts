import { messageOf, PipelineError } from '@ecr-pipeline/core';
import { describeValue, isObject, type JsonObject } from '../shape.ts';
import type { ReadFindings } from './answer.ts';
import { readEcrPages, readInspectorPages } from './ecr.ts';
import { readGrype } from './grype.ts';
import { readNormalised } from './normalised.ts';
import { readSarif } from './sarif.ts';
import { readTrivy } from './trivy.ts';

const FORMATS =
	'the findings of wait-for-scan, ECR DescribeImageScanFindings (one answer, or a list of pages), Inspector ListFindings, Trivy JSON, Grype JSON, SARIF 2.1.0';

/**
 * Reads findings of any known format, detected by what is in them. What is not wholly understood is refused, with the
 * place and what was seen there.
 * @param name how the file is called in messages
 */
export function readFindings(text: string, name: string): ReadFindings {
	try {
		return readValue(parseJson(text));
	} catch (error) {
		throw new PipelineError({
			code: 'unsupported',
			attempted: `Could not read findings from ${name}`,
			answer: messageOf(error),
			cause: error,
		});
	}
}

function readValue(value: unknown): ReadFindings {
	if (Array.isArray(value) && value.length > 0 && value.every(isObject)) return readPages(value);
	if (isObject(value)) return readObject(value);
	throw unknown(value);
}

function readObject(value: JsonObject): ReadFindings {
	if ('schemaVersion' in value && 'scanType' in value) return readNormalised(value);
	if ('imageScanFindings' in value || 'imageScanStatus' in value) return readEcrPages([value]);
	if ('SchemaVersion' in value && 'ArtifactType' in value) return readTrivy(value);
	if ('matches' in value && 'source' in value && 'descriptor' in value) return readGrype(value);
	if ('runs' in value && 'version' in value) return readSarif(value);
	if (Array.isArray(value.findings) && value.findings.every((item) => isObject(item) && 'findingArn' in item))
		return readInspectorPages([value]);
	throw unknown(value);
}

function readPages(pages: readonly JsonObject[]): ReadFindings {
	if (pages.every((page) => 'imageScanFindings' in page || 'imageScanStatus' in page)) return readEcrPages(pages);
	if (pages.every((page) => Array.isArray(page.findings) && !('schemaVersion' in page)))
		return readInspectorPages(pages);
	throw unknown(pages[0]);
}

function parseJson(text: string): unknown {
	try {
		return JSON.parse(text.startsWith('\ufeff') ? text.slice(1) : text);
	} catch (error) {
		throw new PipelineError({ code: 'corrupt', attempted: 'It is not JSON', answer: messageOf(error) });
	}
}

function unknown(value: unknown): PipelineError {
	return new PipelineError({
		code: 'unsupported',
		attempted: 'Its format is not known',
		answer: `it is ${describeValue(value)}`,
		fix: `Known are: ${FORMATS}.`,
	});
}
