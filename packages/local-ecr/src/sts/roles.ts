import { matchesWildcard } from '../aws/arn.ts';
import type { Principal } from '../aws/credentials.ts';

/** What a role's trust policy says, in the words of its conditions. */
export interface Trust {
	/** `token.actions.githubusercontent.com:aud` */
	readonly audience?: string;
	/** `token.actions.githubusercontent.com:sub`, StringLike; a list without `*` or `?` is StringEquals. */
	readonly subjects?: readonly string[];
	/** Accounts and ARNs that may assume it with AWS credentials. */
	readonly principals?: readonly string[];
	readonly externalId?: string;
	/** Whether sts:TagSession is allowed too; it is unless this says `false`. */
	readonly tagSession?: boolean;
}

export interface Role {
	readonly arn: string;
	readonly trust: Trust;
	/** Seconds. */
	readonly maxSessionDuration: number;
	/** What it may do, as JSON; everything where there is none. Counts where IAM is enforced. */
	readonly policy?: string;
}

export interface Roles {
	readonly add: (role: Role) => void;
	readonly addPolicy: (arn: string, document: string) => void;
	/** A managed policy, as JSON. */
	readonly policy: (arn: string) => string | undefined;
	/**
	 * The role of an ARN. As long as none was configured every role is there, and trusts everyone: a laptop needs no seed.
	 * Undefined for one that is not there.
	 */
	readonly find: (arn: string) => { readonly role: Role; readonly open: boolean } | undefined;
}

const ROLE_ARN = /^arn:aws[a-z-]*:iam::(\d{12}):role\/(?:.*\/)?([\w+=,.@-]+)$/;
const OPEN_MAXIMUM = 43_200;

export function createRoles(): Roles {
	const roles = new Map<string, Role>();
	const policies = new Map<string, string>();
	return {
		add: (role) => void roles.set(role.arn, role),
		addPolicy: (arn, document) => void policies.set(arn, document),
		policy: (arn) => policies.get(arn),
		find: (arn) => {
			const role = roles.get(arn);
			if (role !== undefined) return { role, open: false };
			if (roles.size > 0 || !ROLE_ARN.test(arn)) return undefined;
			return { role: { arn, trust: {}, maxSessionDuration: OPEN_MAXIMUM }, open: true };
		},
	};
}

export function roleParts(arn: string): { readonly account: string; readonly name: string } | undefined {
	const [, account, name] = ROLE_ARN.exec(arn) ?? [];
	return account === undefined || name === undefined ? undefined : { account, name };
}

export function trustsSubject({ subjects = [] }: Trust, subject: string): boolean {
	return subjects.some((pattern) => matchesWildcard(pattern, subject));
}

export function trustsPrincipal({ principals = [] }: Trust, principal: Principal): boolean {
	const root = `arn:aws:iam::${principal.account}:root`;
	return [principal.account, root, principal.arn, principal.roleArn].some(
		(name) => name !== undefined && principals.includes(name),
	);
}
