import type { ConditionContext } from './conditions.ts';
import type { Principal } from './credentials.ts';

type Tags = Readonly<Record<string, string>>;

/** What is known about a request beside who makes it and on what. What is left out is unknown to its policies. */
export interface Facts {
	/** Milliseconds since the epoch. */
	readonly now?: number;
	/** Whether it came by HTTPS. */
	readonly secure?: boolean;
	/** The tags of the resource, where it is there. */
	readonly resourceTags?: Tags | undefined;
	/** The tags that the request wants to set. */
	readonly requestTags?: Tags | undefined;
	/** Where the call goes, for a resource whose ARN does not say it. */
	readonly region?: string;
	/** Condition keys of the service that is called. */
	readonly keys?: Readonly<Record<string, readonly string[]>>;
}

/** Keys of requests that come through a network, a login or a service which a request to this stand-in never comes through. */
const NEVER_HERE = [
	'aws:SourceVpc',
	'aws:SourceVpce',
	'aws:VpcSourceIp',
	'aws:MultiFactorAuthPresent',
	'aws:MultiFactorAuthAge',
	'aws:SourceArn',
	'aws:SourceAccount',
	'aws:CalledVia',
	'aws:CalledViaFirst',
	'aws:CalledViaLast',
	'aws:PrincipalServiceName',
];

/** The condition keys of a request (IAM user guide, "AWS global condition context keys"; ECR's own is ecr:ResourceTag). */
export function contextOf(principal: Principal, resource: string, facts: Facts): ConditionContext {
	const [, , , arnRegion, arnAccount] = resource.split(':');
	const { now, secure, requestTags } = facts;
	const region = facts.region ?? arnRegion;
	const known: readonly (readonly [string, readonly string[] | undefined])[] = [
		...NEVER_HERE.map((key) => [key, []] as const),
		...Object.entries(facts.keys ?? {}),
		['aws:PrincipalAccount', [principal.account]],
		['aws:PrincipalArn', [principal.roleArn ?? principal.arn]],
		['aws:PrincipalType', [principal.roleArn === undefined ? 'User' : 'AssumedRole']],
		['aws:PrincipalIsAWSService', ['false']],
		['aws:ViaAWSService', ['false']],
		['aws:userid', [principal.userId]],
		['aws:username', principal.roleArn === undefined ? [principal.arn.split('/').at(-1) ?? ''] : []],
		['aws:SourceIp', ['127.0.0.1']],
		['aws:RequestedRegion', region === undefined || region === '' ? undefined : [region]],
		['aws:ResourceAccount', arnAccount === undefined ? [] : [arnAccount]],
		['aws:SecureTransport', secure === undefined ? undefined : [String(secure)]],
		['aws:CurrentTime', now === undefined ? undefined : [new Date(now).toISOString()]],
		['aws:EpochTime', now === undefined ? undefined : [String(Math.floor(now / 1000))]],
		['aws:TagKeys', requestTags === undefined ? undefined : Object.keys(requestTags)],
	];
	const context = new Map(
		known.flatMap(([key, values]) => (values === undefined ? [] : [[key.toLowerCase(), values] as const])),
	);
	const tags: Readonly<Record<string, Tags | undefined>> = {
		'aws:principaltag': principal.tags ?? {},
		'aws:requesttag': requestTags,
		'aws:resourcetag': facts.resourceTags,
		'ecr:resourcetag': facts.resourceTags,
	};
	return (key) => context.get(key) ?? tagOf(tags, key);
}

/** A tag that is not set is a key that the request does not carry, whichever tag it is. */
function tagOf(tags: Readonly<Record<string, Tags | undefined>>, key: string): readonly string[] | undefined {
	const [, prefix = '', name = ''] = /^([^/]+)\/(.+)$/.exec(key) ?? [];
	const set = Object.hasOwn(tags, prefix) ? tags[prefix] : undefined;
	if (set === undefined) return undefined;
	return Object.entries(set).flatMap(([tag, value]) => (tag.toLowerCase() === name ? [value] : []));
}
