import { matchesWildcard, partitionOf } from './arn.ts';
import type { Principal } from './credentials.ts';
import { accessDenied } from './service-error.ts';

/** A policy that every call of a principal must pass. */
export interface BoundPolicy {
	readonly kind: 'session' | 'identity-based';
	/** JSON, as it was given. */
	readonly text: string;
}

interface Statement {
	readonly Effect?: string;
	readonly Action?: unknown;
	readonly NotAction?: unknown;
	readonly Resource?: unknown;
	readonly NotResource?: unknown;
	readonly Condition?: unknown;
}

/**
 * Lets a call pass that all policies of its principal allow; a principal without any may do everything. An Allow with a
 * Condition never counts: conditions are not evaluated here.
 * @param action `ecr:PutImage`
 * @param resource an ARN, or `*`
 * @throws ServiceError AccessDeniedException in IAM's words (IAM user guide, "Access denied error messages")
 */
export function assertPermitted(principal: Principal, action: string, resource: string): void {
	for (const { kind, text } of principal.policies ?? []) {
		const { Statement } = JSON.parse(text) as { Statement: Statement | readonly Statement[] };
		const matching = list(Statement).filter((statement) => covers(statement, action, resource));
		const counts = (effect: string) =>
			matching.some((statement) => statement.Effect === effect && statement.Condition === undefined);
		const [an, policy] = kind === 'session' ? ['a session', 'session'] : ['an identity-based', 'identity-based'];
		if (counts('Deny')) throw accessDenied(principal.arn, action, resource, `with an explicit deny in ${an} policy`);
		if (!counts('Allow'))
			throw accessDenied(principal.arn, action, resource, `because no ${policy} policy allows the ${action} action`);
	}
}

/** Calls that are another action's (ECR user guide, "Referrers": ListImageReferrers is allowed by BatchGetImage). */
const ACTIONS: Readonly<Record<string, string>> = { ListImageReferrers: 'BatchGetImage' };

interface EcrInput {
	readonly registryId?: unknown;
	readonly repositoryName?: unknown;
	readonly repositoryNames?: unknown;
	readonly resourceArn?: unknown;
}

/** ECR calls that are about the registry as a whole, and not about the repositories in it. */
const LISTING = new Set(['DescribeRepositories']);

/** Checks a call of the ECR API, before anything looks whether what it names is there. @throws ServiceError */
export function assertEcrCall(principal: Principal, region: string, operation: string, input: EcrInput): void {
	const action = `ecr:${ACTIONS[operation] ?? operation}`;
	const account = typeof input.registryId === 'string' ? input.registryId : principal.account;
	for (const resource of resourcesOf(input, operation, (name) => repositoryArn(region, account, name)))
		assertPermitted(principal, action, resource);
}

/** The same for ECR Public, whose token needs a second permission (ECR Public user guide, "Registry authentication"). */
export function assertEcrPublicCall(principal: Principal, operation: string, input: EcrInput): void {
	const arnOf = (name: string) => `arn:aws:ecr-public::${principal.account}:repository/${name}`;
	for (const resource of resourcesOf(input, operation, arnOf))
		assertPermitted(principal, `ecr-public:${operation}`, resource);
	if (operation === 'GetAuthorizationToken') assertPermitted(principal, 'sts:GetServiceBearerToken', '*');
}

export function repositoryArn(region: string, account: string, name: string): string {
	return `arn:${partitionOf(region)}:ecr:${region}:${account}:repository/${name}`;
}

function resourcesOf(input: EcrInput, operation: string, arnOf: (name: string) => string): readonly string[] {
	if (typeof input.repositoryName === 'string') return [arnOf(input.repositoryName)];
	if (Array.isArray(input.repositoryNames)) return input.repositoryNames.map((name) => arnOf(String(name)));
	if (typeof input.resourceArn === 'string') return [input.resourceArn];
	return [LISTING.has(operation) ? arnOf('*') : '*'];
}

function covers(statement: Statement, action: string, resource: string): boolean {
	const isAction = (pattern: unknown) => matchesWildcard(String(pattern).toLowerCase(), action.toLowerCase());
	const isResource = (pattern: unknown) => matchesWildcard(String(pattern), resource);
	const onAction =
		statement.NotAction === undefined
			? list(statement.Action).some(isAction)
			: !list(statement.NotAction).some(isAction);
	const onResource =
		statement.NotResource === undefined
			? list(statement.Resource).some(isResource)
			: !list(statement.NotResource).some(isResource);
	return onAction && onResource;
}

function list<T>(value: T | readonly T[] | undefined): readonly T[] {
	if (value === undefined) return [];
	return Array.isArray(value) ? value : [value as T];
}
