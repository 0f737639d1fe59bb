import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Context, PipelineError } from '@ecr-pipeline/core';
import { getNodeValue } from 'jsonc-parser';
import type { PinInputs } from './inputs.ts';
import { decodeText, parseDocument } from './json-document.ts';
import { type JsonValue, printJson } from './json-style.ts';
import { resolvePath } from './paths.ts';

/** A task definition as text, and where it came from. */
export interface Source {
	/** For people: the path, the family, or the ARN. */
	readonly name: string;
	readonly mark: string;
	readonly text: string;
	/** The revision it is, when ECS gave it. */
	readonly arn?: string;
	/** Where the result goes, as the user wrote it. */
	readonly output: string;
	/** What is in the output's file now; undefined when there is none. */
	readonly present: Buffer | undefined;
}

/** Reads the task definition: a file if there is one of that name, else a family or an ARN, from ECS. */
export async function openSource(input: PinInputs, context: Context): Promise<Source> {
	const { taskDefinition: name, outputFile } = input;
	const bytes = isArn(name) ? undefined : await readIfThere(await resolvePath(name, context), name);
	if (bytes === undefined) return fromEcs(name, outputFile, context);
	const output = outputFile ?? name;
	return {
		name,
		...decodeText(bytes, name),
		output,
		present: outputFile === undefined ? bytes : await readIfThere(await resolvePath(output, context), output),
	};
}

/** The value of a task definition's text; broken JSON is an error with line and column. */
export function parsedValue(text: string, name: string): JsonValue {
	return getNodeValue(parseDocument(text, name)) as JsonValue;
}

// Amazon ECS API reference, RegisterTaskDefinition, "family".
const FAMILY = /^[A-Za-z0-9_-]{1,255}(?::\d+)?$/;
const FRESH_STYLE = { eol: '\n', unit: '  ', colon: ': ', space: ' ', multiline: true } as const;

async function fromEcs(name: string, outputFile: string | undefined, context: Context): Promise<Source> {
	if (!isArn(name) && !FAMILY.test(name)) throw noSuchFile(name);
	const { describeTaskDefinition, openEcs } = await import('./ecs.ts');
	const found = await describeTaskDefinition(openEcs(context, name), name);
	if (found === undefined) throw noSuchFamily(name);
	const output = outputFile ?? join(context.temporaryDirectory, `task-definition-${found.family}.json`);
	return {
		name,
		mark: '',
		text: `${printJson(found.definition, FRESH_STYLE, '')}\n`,
		arn: found.arn,
		output,
		present: await readIfThere(await resolvePath(output, context), output),
	};
}

function isArn(name: string): boolean {
	return name.startsWith('arn:');
}

async function readIfThere(path: string, name: string): Promise<Buffer | undefined> {
	try {
		return await readFile(path);
	} catch (error) {
		const { code, message } = error as NodeJS.ErrnoException;
		if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
		throw new PipelineError({
			code: 'environment',
			attempted: `Could not read ${name}`,
			answer: message,
			cause: error,
		});
	}
}

function noSuchFile(name: string): PipelineError {
	return new PipelineError({
		code: 'not-found',
		attempted: `Could not read the task definition ${name}`,
		answer: 'there is no such file, and it is no name of a family',
		fix: 'Check out the repository before this step; paths are relative to GITHUB_WORKSPACE.',
	});
}

function noSuchFamily(name: string): PipelineError {
	return new PipelineError({
		code: 'not-found',
		attempted: `Could not read the task definition ${name}`,
		answer: 'there is no file of that name, and ECS has no active revision of that family in this account and region',
		fix: 'Check the name, and that the last login is to the account and region where the task runs.',
	});
}
