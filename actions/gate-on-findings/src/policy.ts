import { basename, isAbsolute, relative } from 'node:path';
import type { Context, Env } from '@ecr-pipeline/core';
import { type EffectivePolicy, effectivePolicy, type Policy, parsePolicy, policyDigest } from '@ecr-pipeline/findings';
import { readText } from './documents.ts';
import { type GateInputs, inWorkspace } from './inputs.ts';

/** The rules of this verdict, and how the verdict names them. */
export interface ChosenPolicy {
	readonly uri: string;
	readonly digest: string;
	readonly rules: EffectivePolicy;
}

/** What a verdict names as its policy where the inputs are all there is. */
const INPUTS_URI = 'urn:ecr-pipeline:gate-on-findings:inputs';

/** Reads the policy, before it is known for which image. */
export async function readPolicyInput(
	input: GateInputs['policy'],
	{ env }: Context,
): Promise<(repository: string) => ChosenPolicy> {
	const { uri, policy } = await read(input, env);
	return (repository) => {
		const rules = effectivePolicy(policy, repository);
		return { uri, digest: policyDigest(rules), rules };
	};
}

async function read(input: GateInputs['policy'], env: Env): Promise<{ readonly uri: string; readonly policy: Policy }> {
	if ('rules' in input) return { uri: INPUTS_URI, policy: { rules: input.rules, repositories: [] } };
	const uri = pathInWorkspace(input.file, env);
	return { uri, policy: parsePolicy(await readText(inWorkspace(input.file, env), 'policy-file'), uri) };
}

// A verdict travels: where the runner keeps its workspace is nobody's business, and differs from run to run.
function pathInWorkspace(file: string, env: Env): string {
	const path = relative(inWorkspace('.', env), inWorkspace(file, env));
	return path.startsWith('..') || isAbsolute(path) ? basename(file) : path.replaceAll('\\', '/');
}
