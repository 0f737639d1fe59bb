import { PipelineError } from '@ecr-pipeline/core';

/** What a session is narrowed to. */
export type SessionScope = 'pull' | 'push' | 'scan' | 'promote';

export const SESSION_SCOPES: readonly SessionScope[] = ['pull', 'push', 'scan', 'promote'];

const PULL = ['BatchCheckLayerAvailability', 'BatchGetImage', 'GetDownloadUrlForLayer'];
const PUSH = [
	...PULL,
	'CompleteLayerUpload',
	'DescribeRepositories',
	'InitiateLayerUpload',
	'PutImage',
	'UploadLayerPart',
];
const SCAN = [
	'BatchGetImage',
	'BatchGetRepositoryScanningConfiguration',
	'DescribeImageScanFindings',
	'StartImageScan',
];

interface ScopeActions {
	/** ECR actions on the repositories. */
	readonly repository: readonly string[];
	/** Whole names of actions that take no resource. */
	readonly registry: readonly string[];
}

const ACTIONS: Readonly<Record<SessionScope, ScopeActions>> = {
	pull: { repository: PULL, registry: [] },
	push: { repository: PUSH, registry: [] },
	scan: {
		repository: SCAN,
		registry: [
			'ecr:GetRegistryScanningConfiguration',
			'inspector2:BatchGetFindingDetails',
			'inspector2:ListCoverage',
			'inspector2:ListFindings',
		],
	},
	promote: {
		repository: [...PUSH, 'DescribeImageReplicationStatus', 'DescribeImages'],
		registry: ['ecr:DescribePullThroughCacheRules', 'ecr:DescribeRegistry', 'ecr:GetAccountSetting'],
	},
};

// Pulling is free for all there; what pushing takes: ECR Public user guide, "Required IAM permissions for pushing an image".
const PUBLIC_ACTIONS = [
	'BatchCheckLayerAvailability',
	'CompleteLayerUpload',
	'InitiateLayerUpload',
	'PutImage',
	'UploadLayerPart',
];
const PUBLIC: Readonly<Record<SessionScope, ScopeActions>> = {
	pull: { repository: ['BatchCheckLayerAvailability'], registry: [] },
	push: { repository: PUBLIC_ACTIONS, registry: [] },
	scan: { repository: [], registry: [] },
	promote: { repository: PUBLIC_ACTIONS, registry: [] },
};
const SERVICES = {
	private: { prefix: 'ecr', actions: ACTIONS, token: ['ecr:GetAuthorizationToken'] },
	public: {
		prefix: 'ecr-public',
		actions: PUBLIC,
		token: ['ecr-public:GetAuthorizationToken', 'sts:GetServiceBearerToken'],
	},
} as const;

// STS takes inline and managed session policies of 2,048 characters together (API reference, AssumeRoleWithWebIdentity).
const LIMIT = 2048;

export interface PolicyPlace {
	readonly partition: string;
	readonly region: string;
	readonly accountId: string;
}

/**
 * An inline session policy that lets a session do the scopes' work on the named repositories, and nothing else.
 * A session policy can only narrow what the role allows.
 * @param places the registries that the repositories are in; ECR Public has one for each account, in no region
 */
export function sessionPolicy(
	scopes: readonly SessionScope[],
	repositories: readonly string[],
	places: readonly PolicyPlace[],
	type: keyof typeof SERVICES = 'private',
): string {
	const { prefix, actions: ofScope, token } = SERVICES[type];
	const actions = [...new Set(scopes.flatMap((scope) => ofScope[scope].repository))]
		.sort()
		.map((action) => `${prefix}:${action}`);
	const registry = [...new Set([...token, ...scopes.flatMap((scope) => ofScope[scope].registry)])];
	const prefixes = new Set(
		places.map(({ partition, region, accountId }) =>
			type === 'public'
				? `arn:${partition}:ecr-public::${accountId}:repository/`
				: `arn:${partition}:ecr:${region}:${accountId}:repository/`,
		),
	);
	const resources = [...prefixes].flatMap((place) => repositories.map((name) => `${place}${name}`));
	const policy = JSON.stringify({
		Version: '2012-10-17',
		Statement: [
			{ Effect: 'Allow', Action: registry, Resource: '*' },
			{ Effect: 'Allow', Action: actions, Resource: resources },
		],
	});
	if (policy.length <= LIMIT) return policy;
	throw new PipelineError({
		code: 'invalid-input',
		attempted: `The session policy for ${resources.length} repositories has ${policy.length} characters, and STS takes ${LIMIT}`,
		fix: `Cover repositories with a pattern such as team/* in \`repositories\`, or name fewer. The longest: ${longest(repositories)}.`,
	});
}

function longest(names: readonly string[]): string {
	return names
		.toSorted((one, other) => other.length - one.length)
		.slice(0, 3)
		.join(', ');
}
