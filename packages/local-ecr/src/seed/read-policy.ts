import { policyProblems } from '../aws/policy.ts';
import { readLifecyclePolicy } from '../registry/lifecycle-policy.ts';
import type { Fields } from './fields.ts';

/** A policy may be written as JSON text or as the mapping that it is. */
function asText(policy: unknown): string | undefined {
	if (policy === undefined || typeof policy === 'string') return policy;
	return JSON.stringify(policy);
}

/** A policy whose statements AWS would take; what is wrong with it is noted. */
export function readPolicy(
	fields: Fields,
	name: string,
	kind: 'identity' | 'resource',
	problems: string[],
): string | undefined {
	const text = asText(fields.raw(name));
	if (text === undefined) return undefined;
	const wrong = policyProblems(text, kind).map((why) => `${fields.path}.${name}: ${why}`);
	problems.push(...wrong);
	return wrong.length === 0 ? text : undefined;
}

/** A lifecycle policy that ECR would take; what is wrong with it is noted. */
export function readLifecycle(fields: Fields, name: string, problems: string[]): string | undefined {
	const text = asText(fields.raw(name));
	try {
		if (text !== undefined) readLifecyclePolicy(text);
		return text;
	} catch (error) {
		problems.push(`${fields.path}.${name}: ${error instanceof Error ? error.message : String(error)}`);
		return undefined;
	}
}
