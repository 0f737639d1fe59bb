import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type Env, type ImageReference, PipelineError, parseImageReference } from '@ecr-pipeline/core';
import { type SchemaProblem, schemaProblems } from '@ecr-pipeline/findings';
import { LineCounter, parseDocument } from 'yaml';
import { parsePlace, type Release } from './inputs.ts';
import { RELEASE_LIST_SCHEMA } from './release-list-schema.ts';

interface ReleaseList {
	readonly images: readonly {
		readonly image: string;
		readonly to: readonly string[];
		readonly tags?: readonly string[];
		readonly 'verdict-file'?: string;
	}[];
}

/**
 * Reads a release list, YAML or JSON.
 * @throws one error that lists everything that is wrong in it, with lines
 */
export async function readReleaseList(path: string, env: Env): Promise<readonly Release[]> {
	const lines = new LineCounter();
	const document = parseDocument(await readFile(path, 'utf8'), { lineCounter: lines, version: '1.2' });
	const [broken] = document.errors;
	if (broken !== undefined) throw wrong(path, [broken.message.split('\n')[0] ?? 'it is not YAML']);
	const lineOf = (keys: readonly (string | number)[]): number => {
		const node = document.getIn(keys, true) as { readonly range?: readonly number[] } | undefined;
		return lines.linePos(node?.range?.[0] ?? 0).line;
	};
	const value: unknown = document.toJS();
	const problems = schemaProblems(RELEASE_LIST_SCHEMA, value);
	if (problems.length > 0)
		throw wrong(
			path,
			problems.map((problem) => sentence(problem, lineOf)),
		);
	const found: string[] = [];
	const parsed = <T>(text: string, keys: readonly (string | number)[], parse: (text: string) => T | string): T[] => {
		const result = parse(text);
		if (typeof result !== 'string') return [result];
		found.push(`line ${lineOf(keys)}: "${text}": ${result}`);
		return [];
	};
	const releases = (value as ReleaseList).images.flatMap(
		({ image, to, tags = [], 'verdict-file': verdict }, index): Release[] => {
			const destinations = to.flatMap((text, place) => parsed(text, ['images', index, 'to', place], parsePlace));
			return parsed(image, ['images', index, 'image'], parseImage).map((reference) => ({
				image: reference,
				destinations,
				tags: [...new Set(tags)],
				...(verdict === undefined ? {} : { verdictFile: resolve(env.GITHUB_WORKSPACE || '.', verdict) }),
			}));
		},
	);
	if (found.length > 0) throw wrong(path, found);
	return releases;
}

function parseImage(text: string): ImageReference | string {
	const parsed = parseImageReference(text);
	return 'problem' in parsed ? `it ${parsed.problem}` : parsed;
}

function sentence(
	{ path, keys, expected, seen }: SchemaProblem,
	lineOf: (keys: SchemaProblem['keys']) => number,
): string {
	const line = lineOf(seen === undefined ? keys.slice(0, -1) : keys);
	const given = typeof seen === 'string' || typeof seen === 'number' ? `; it is "${seen}"` : '';
	return `line ${line}: ${path === '' ? 'the file' : path} should be ${expected}${given}`;
}

function wrong(path: string, problems: readonly string[]): PipelineError {
	return new PipelineError({
		code: 'invalid-input',
		attempted: `The release list ${path} cannot be used`,
		answer: problems.join('\n'),
		fix: 'Its keys are described in schemas/release-list.schema.json. Nothing has been changed.',
	});
}
