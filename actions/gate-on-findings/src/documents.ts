import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { type Context, digestOf, messageOf, PipelineError } from '@ecr-pipeline/core';
import {
	type Evidence,
	type Finding,
	leanFindings,
	type ReadFindings,
	readFindingsFrom,
	readVex,
	type VexStatement,
} from '@ecr-pipeline/findings';
import { defaultFindings, inWorkspace } from './inputs.ts';
import { openTextFile } from './text-file.ts';

/** A file that a verdict rests on, read. */
export interface Document<Content> {
	readonly name: string;
	readonly evidence: Evidence;
	readonly content: Content;
}

/** Written into GITHUB_ENV by wait-for-scan: the findings file of this job, or empty after a wait that failed. */
const FINDINGS_VARIABLE = 'ECR_PIPELINE_FINDINGS';

/** The findings that were named, or those of this job. None at all is an error: nothing found is not nothing there. */
export async function readFindingsFiles(paths: readonly string[], context: Context): Promise<Document<ReadFindings>[]> {
	const named = paths.length > 0 ? paths.map((path) => inWorkspace(path, context.env)) : [findingsOfThisJob(context)];
	return named.map((path) => readFindingsFile(path, 'findings', context));
}

export async function readVexFiles(paths: readonly string[], context: Context): Promise<Document<VexStatement[]>[]> {
	return Promise.all(paths.map((path) => readDocument(inWorkspace(path, context.env), 'vex', readVex)));
}

/** What was found in the image that runs now. */
export async function readBaseline(
	paths: readonly string[],
	context: Context,
): Promise<Document<readonly Finding[]>[]> {
	return paths.map((path) => {
		const { content, ...document } = readFindingsFile(inWorkspace(path, context.env), 'baseline', context);
		return { ...document, content: content.findings };
	});
}

/** Reads a file as text; what is wrong with it names the input that led to it. */
export async function readText(path: string, input: string): Promise<string> {
	try {
		return await readFile(path, 'utf8');
	} catch (error) {
		throw unreadable(path, input, error);
	}
}

function unreadable(path: string, input: string, error: unknown): PipelineError {
	return new PipelineError({
		code: 'not-found',
		attempted: `Could not read ${path} (input "${input}")`,
		answer: messageOf(error),
		fix:
			input === 'findings'
				? 'Run wait-for-scan before this step in the same job, or name the file. Without findings there is no verdict.'
				: 'Check the path; it starts at the workspace.',
		cause: error,
	});
}

const CHUNK = 256 * 1024;

/** Reads a file of any size; its digest is that of the bytes that the findings were read from. */
function readFindingsFile(path: string, input: string, { temporaryDirectory }: Context): Document<ReadFindings> {
	const name = basename(path);
	let hash = createHash('sha256');
	function* chunks(): Iterable<Buffer> {
		hash = createHash('sha256');
		for (const chunk of chunksOf(path, input)) {
			hash.update(chunk);
			yield chunk;
		}
	}
	const content = readFindingsFrom({ name, chunks }, leanFindings(openTextFile(temporaryDirectory)));
	return { name, evidence: { uri: name, digest: `sha256:${hash.digest('hex')}` }, content };
}

/** A file piece by piece, each in the place of the one before it. */
function* chunksOf(path: string, input: string): Iterable<Buffer> {
	const buffer = Buffer.allocUnsafe(CHUNK);
	let file: number | undefined;
	try {
		file = openSync(path, 'r');
		for (let bytes = readSync(file, buffer); bytes > 0; bytes = readSync(file, buffer)) yield buffer.subarray(0, bytes);
	} catch (error) {
		throw unreadable(path, input, error);
	} finally {
		if (file !== undefined) closeSync(file);
	}
}

function findingsOfThisJob({ env, temporaryDirectory }: Context): string {
	const written = env[FINDINGS_VARIABLE];
	if (written === undefined) return defaultFindings(temporaryDirectory);
	if (written !== '') return written;
	throw new PipelineError({
		code: 'not-found',
		attempted: 'There are no findings to judge: wait-for-scan ended in this job without writing any',
		fix: 'See why its step failed. Without findings there is no verdict.',
	});
}

async function readDocument<Content>(
	path: string,
	input: string,
	read: (text: string, name: string) => Content,
): Promise<Document<Content>> {
	const text = await readText(path, input);
	const name = basename(path);
	return { name, evidence: { uri: name, digest: digestOf(text) }, content: read(text, name) };
}
