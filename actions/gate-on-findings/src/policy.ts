import { type Context, PipelineError } from '@ecr-pipeline/core';
import {
	type Acceptable,
	type EffectivePolicy,
	type Evidence,
	effectiveOrgPolicy,
	effectivePolicy,
	type Policy,
	parsePolicy,
	policyDigest,
	refuseLoosening,
} from '@ecr-pipeline/findings';
import type { GateInputs } from './inputs.ts';
import { readPolicyText } from './policy-source.ts';

/** The rules of this verdict, and how the verdict names them. */
export interface ChosenPolicy {
	readonly evidence: Evidence;
	readonly rules: EffectivePolicy;
	readonly org?: { readonly evidence: Evidence; readonly rules: EffectivePolicy };
}

/** What a verdict names as its policy where the inputs are all there is. */
const INPUTS_URI = 'urn:ecr-pipeline:gate-on-findings:inputs';

/** Reads the policies, before it is known for which image. */
export async function readPolicyInput(
	inputs: Pick<GateInputs, 'policy' | 'orgPolicy' | 'githubToken' | 'vex' | 'baseline'>,
	context: Context,
): Promise<(repository: string) => ChosenPolicy> {
	const own = await readOwn(inputs, context);
	const org = inputs.orgPolicy === undefined ? undefined : await readOrg(inputs.orgPolicy, inputs, context);
	return (repository) => {
		const orgRules = org === undefined ? undefined : effectiveOrgPolicy(org.policy, repository);
		const rules = effectivePolicy(own.policy, repository, orgRules);
		const evidence = own.evidence ?? { uri: INPUTS_URI, digest: policyDigest(rules) };
		if (org === undefined || orgRules === undefined) return { evidence, rules };
		refuseLoosening(own.policy, orgRules, repository, { own: own.name, org: org.name });
		refuseUnaccepted(orgRules, org.name, inputs);
		return { evidence, rules, org: { evidence: org.evidence, rules: orgRules } };
	};
}

interface OwnPolicy {
	readonly name: string;
	/** Absent: the rules stand in no file. */
	readonly evidence?: Evidence;
	readonly policy: Policy;
}

async function readOwn(
	{ policy, githubToken }: Pick<GateInputs, 'policy' | 'githubToken'>,
	context: Context,
): Promise<OwnPolicy> {
	if ('rules' in policy) return { name: 'of the inputs', policy: { rules: policy.rules, repositories: [] } };
	const { name, evidence, text } = await readPolicyText(policy.source, 'policy-file', githubToken, context);
	return { name, evidence, policy: parsePolicy(text, name) };
}

async function readOrg(
	source: NonNullable<GateInputs['orgPolicy']>,
	{ githubToken }: Pick<GateInputs, 'githubToken'>,
	context: Context,
) {
	const { name, evidence, text } = await readPolicyText(source, 'org-policy-file', githubToken, context);
	return { name, evidence, policy: parsePolicy(text, name, 'org') };
}

/** VEX and a baseline take findings away, so they need the org policy's word as ignore rules do. */
function refuseUnaccepted(
	{ accept }: EffectivePolicy,
	name: string,
	inputs: Pick<GateInputs, 'vex' | 'baseline'>,
): void {
	const given: readonly Acceptable[] = [
		...(inputs.vex.length > 0 ? (['vex'] as const) : []),
		...(inputs.baseline.files.length + inputs.baseline.images.length > 0 ? (['baseline'] as const) : []),
	];
	const refused = given.filter((key) => !accept.includes(key));
	if (refused.length === 0) return;
	throw new PipelineError({
		code: 'invalid-input',
		attempted: `${refused.map((key) => `Input "${key}"`).join(' and ')} would loosen the org policy ${name}`,
		answer: `it has ${accept.length === 0 ? 'no "accept"' : `accept: [${accept.join(', ')}]`}`,
		fix: `Leave the input out, or have ${refused.join(' and ')} added to "accept" in the org policy.`,
	});
}
