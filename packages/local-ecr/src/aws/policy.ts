import { accountOf, matchesWildcard } from './arn.ts';
import type { Principal } from './credentials.ts';

interface Statement {
	readonly Effect: string;
	readonly Principal?: unknown;
	readonly Action?: unknown;
	readonly NotAction?: unknown;
	readonly Condition?: unknown;
}

export type Decision = 'allowed' | 'denied' | 'silent';

/**
 * What a resource policy says about an action. An Allow with a Condition never matches: this stand-in does not evaluate
 * conditions, and letting such a statement through would be guessing.
 */
export function decide(policyText: string | undefined, principal: Principal, action: string): Decision {
	if (policyText === undefined) return 'silent';
	const { Statement } = JSON.parse(policyText) as { Statement: Statement | Statement[] };
	const matching = list(Statement).filter((statement) => appliesTo(statement, principal) && covers(statement, action));
	if (matching.some((statement) => statement.Effect === 'Deny' && statement.Condition === undefined)) return 'denied';
	return matching.some((statement) => statement.Effect === 'Allow' && statement.Condition === undefined)
		? 'allowed'
		: 'silent';
}

function covers(statement: Statement, action: string): boolean {
	const matches = (pattern: unknown) => matchesWildcard(String(pattern).toLowerCase(), action.toLowerCase());
	if (statement.NotAction !== undefined) return !list(statement.NotAction).some(matches);
	return list(statement.Action).some(matches);
}

function appliesTo({ Principal }: Statement, principal: Principal): boolean {
	if (Principal === '*') return true;
	const named = (Principal as { AWS?: unknown } | undefined)?.AWS;
	return list(named).some((name) => names(String(name), principal));
}

function names(name: string, principal: Principal): boolean {
	if (name === '*' || name === principal.account || name === principal.arn || name === principal.roleArn) return true;
	return /^arn:[^:]+:iam::\d{12}:root$/.test(name) && accountOf(name) === principal.account;
}

function list<T>(value: T | readonly T[] | undefined): readonly T[] {
	if (value === undefined) return [];
	return Array.isArray(value) ? value : [value as T];
}
