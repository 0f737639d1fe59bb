import { cpSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createContext, createInputs, createRunner, type Env } from '@ecr-pipeline/core';
import { schemas } from '@ecr-pipeline/findings';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { action } from './action.ts';

export const NOW = Date.parse('2026-06-15T12:00:00Z');
const FIXTURES = join(import.meta.dirname, '../../../packages/findings/fixtures');

/** A workspace with the sample findings, in which the action runs as the runner runs it. */
export function openWorkspace() {
	const directory = mkdtempSync(join(tmpdir(), 'gate-'));
	cpSync(FIXTURES, directory, { recursive: true });
	mkdirSync(join(directory, 'temp'));
	const path = (name: string): string => join(directory, name);
	let printed = '';
	return {
		path,
		printed: () => printed,
		put(name: string, text: string): void {
			mkdirSync(dirname(path(name)), { recursive: true });
			writeFileSync(path(name), text);
		},
		/** Inputs by their names, beside the environment; up to what would be printed and fail. */
		async run(given: Readonly<Record<string, string>>, more: Env = {}, now = NOW) {
			const inputs = Object.entries(given).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]);
			const env: Env = {
				RUNNER_TEMP: path('temp'),
				GITHUB_WORKSPACE: directory,
				...more,
				...Object.fromEntries(inputs),
			};
			const runner = createRunner(env, (text) => {
				printed += text;
			});
			const source = createInputs(env);
			const input = action.readInputs(source, env);
			source.finish();
			const context = { ...createContext(runner), clock: { now: () => now, sleep: async () => undefined } };
			const result = await action.run(input, context);
			return {
				outputs: action.outputs(result),
				summary: action.summary(result),
				failure: action.failure?.(result),
				result,
			};
		},
	};
}

/** Everything in which a result differs from its published schema. */
export function problemsOfResult(result: unknown): readonly unknown[] {
	const schema = schemas()['gate-on-findings-result.schema.json'] ?? {};
	const validate = new Ajv2020({ strict: true, allErrors: true }).compile(schema);
	return validate(result) ? [] : (validate.errors ?? []);
}
