import { partitionOf } from './arn.ts';
import { contextOf, type Facts } from './context.ts';
import type { Principal } from './credentials.ts';
import { decide } from './policy.ts';
import { accessDenied } from './service-error.ts';

/** A policy that every call of a principal must pass. */
export interface BoundPolicy {
	readonly kind: 'session' | 'identity-based';
	/** JSON, as it was given. */
	readonly text: string;
}

/**
 * Lets a call pass that all policies of its principal allow; a principal without any may do everything.
 * @param action `ecr:PutImage`
 * @param resource an ARN, or `*`
 * @throws ServiceError AccessDeniedException in IAM's words (IAM user guide, "Troubleshoot access denied error messages")
 */
export function assertPermitted(principal: Principal, action: string, resource: string, facts: Facts = {}): void {
	const context = contextOf(principal, resource, facts);
	for (const { kind, text } of principal.policies ?? []) {
		const { decision, unknown } = decide(text, 'identity', { principal, action, resource, context });
		if (decision === 'allowed') continue;
		const why =
			decision === 'denied'
				? `with an explicit deny in ${kind === 'session' ? 'a session' : 'an identity-based'} policy`
				: `because no ${kind} policy allows the ${action} action`;
		throw accessDenied(principal.arn, action, resource, why + notEvaluated(unknown));
	}
}

/** Says which condition keys a decision hangs on that this stand-in cannot evaluate: they count against the caller. */
export function notEvaluated(unknown: readonly string[]): string {
	if (unknown.length === 0) return '';
	return ` (local-ecr does not evaluate the condition ${[...new Set(unknown)].join(', ')} and counts it against the caller)`;
}

export function repositoryArn(region: string, account: string, name: string): string {
	// ECR Public has no regions, and a service prefix of its own.
	if (region === 'public') return `arn:aws:ecr-public::${account}:repository/${name}`;
	return `arn:${partitionOf(region)}:ecr:${region}:${account}:repository/${name}`;
}
