import { accountOf, matchesWildcard } from './arn.ts';
import { type ConditionContext, evaluateCondition, readOperator } from './conditions.ts';
import type { Principal } from './credentials.ts';

/** A statement of a policy document (IAM user guide, "Grammar of the IAM JSON policy language"). */
interface Statement {
	readonly Effect?: unknown;
	readonly Principal?: unknown;
	readonly NotPrincipal?: unknown;
	readonly Action?: unknown;
	readonly NotAction?: unknown;
	readonly Resource?: unknown;
	readonly NotResource?: unknown;
	readonly Condition?: unknown;
}

export interface PolicyRequest {
	readonly principal: Principal;
	/** `ecr:PutImage` */
	readonly action: string;
	/** An ARN, or `*`. */
	readonly resource: string;
	readonly context: ConditionContext;
}

export interface Decision {
	readonly decision: 'allowed' | 'denied' | 'silent';
	/** Condition keys that could not be evaluated here: they made a Deny count, and an Allow not. */
	readonly unknown: readonly string[];
}

/**
 * What a policy says about a request. What cannot be evaluated never opens anything: a Deny with such a condition counts,
 * an Allow does not.
 * @param kind a resource-based policy names principals; its resource is what it is attached to, unless it says more
 */
export function decide(policyText: string, kind: 'identity' | 'resource', request: PolicyRequest): Decision {
	const matching = statementsOf(policyText)
		.filter((statement) => kind === 'identity' || appliesTo(statement, request.principal))
		.filter((statement) => covers(statement, kind, request))
		.map(({ Effect, Condition }) => ({ Effect, outcome: evaluateCondition(Condition, request.context) }));
	const unknown = matching.flatMap(({ outcome }) => ('unknown' in outcome ? outcome.unknown : []));
	if (matching.some(({ Effect, outcome }) => Effect === 'Deny' && ('unknown' in outcome || outcome.met)))
		return { decision: 'denied', unknown };
	const allowed = matching.some(({ Effect, outcome }) => Effect === 'Allow' && 'met' in outcome && outcome.met);
	return { decision: allowed ? 'allowed' : 'silent', unknown };
}

/** Why a policy document cannot be taken, empty where it can. */
export function policyProblems(policyText: string, kind: 'identity' | 'resource'): string[] {
	let statements: readonly Statement[];
	try {
		statements = statementsOf(policyText);
	} catch {
		return ['it is not a JSON object with Statement'];
	}
	return statements.flatMap((statement, index) =>
		statementProblems(statement, kind).map((why) => `Statement[${index}]: ${why}`),
	);
}

function statementProblems(statement: Statement, kind: 'identity' | 'resource'): string[] {
	const { Effect, Action, NotAction, Resource, NotResource, Condition } = statement;
	const named = statement.Principal ?? statement.NotPrincipal;
	const exactlyOne = (a: unknown, b: unknown) => (a === undefined) !== (b === undefined);
	const operators = Object.keys((Condition ?? {}) as object).filter((text) => readOperator(text) === undefined);
	const checks: readonly (readonly [boolean, string])[] = [
		[Effect === 'Allow' || Effect === 'Deny', `Effect must be Allow or Deny, not ${JSON.stringify(Effect)}`],
		[exactlyOne(Action, NotAction), 'one of Action and NotAction must be there'],
		[kind === 'resource' || exactlyOne(Resource, NotResource), 'one of Resource and NotResource must be there'],
		[
			(kind === 'resource') === (named !== undefined),
			`Principal ${kind === 'resource' ? 'must' : 'must not'} be there`,
		],
		[operators.length === 0, `unknown condition operators: ${operators.join(', ')}`],
	];
	return checks.filter(([holds]) => !holds).map(([, problem]) => problem);
}

function statementsOf(policyText: string): readonly Statement[] {
	const { Statement } = JSON.parse(policyText) as { Statement?: unknown };
	const statements = list(Statement);
	if (Statement === undefined || statements.some((one) => typeof one !== 'object' || one === null))
		throw new Error('a policy has statements');
	return statements as readonly Statement[];
}

function covers(statement: Statement, kind: 'identity' | 'resource', { action, resource }: PolicyRequest): boolean {
	const { Action, NotAction, Resource, NotResource } = statement;
	const isAction = (pattern: unknown) => matchesWildcard(String(pattern).toLowerCase(), action.toLowerCase());
	const isResource = (pattern: unknown) => matchesWildcard(String(pattern), resource);
	const onAction = NotAction === undefined ? list(Action).some(isAction) : !list(NotAction).some(isAction);
	if (kind === 'resource' && Resource === undefined && NotResource === undefined) return onAction;
	return (
		onAction && (NotResource === undefined ? list(Resource).some(isResource) : !list(NotResource).some(isResource))
	);
}

function appliesTo({ Principal, NotPrincipal }: Statement, principal: Principal): boolean {
	return NotPrincipal === undefined ? isNamed(Principal, principal) : !isNamed(NotPrincipal, principal);
}

function isNamed(element: unknown, principal: Principal): boolean {
	if (element === '*') return true;
	return list((element as { AWS?: unknown } | undefined)?.AWS).some((name) => names(String(name), principal));
}

function names(name: string, principal: Principal): boolean {
	if (name === '*' || name === principal.account || name === principal.arn || name === principal.roleArn) return true;
	return /^arn:[^:]+:iam::\d{12}:root$/.test(name) && accountOf(name) === principal.account;
}

function list(value: unknown): readonly unknown[] {
	if (value === undefined) return [];
	return Array.isArray(value) ? value : [value];
}
