import { PipelineError } from '@ecr-pipeline/core';

/** What a session is narrowed to. */
export type SessionScope = 'pull' | 'push' | 'scan' | 'promote';

export const SESSION_SCOPES: readonly SessionScope[] = ['pull', 'push', 'scan', 'promote'];

const PULL = ['BatchCheckLayerAvailability', 'BatchGetImage', 'GetDownloadUrlForLayer'];
const PUSH = [
	...PULL,
	'CompleteLayerUpload',
	'DescribeImages',
	'DescribeRepositories',
	'InitiateLayerUpload',
	'PutImage',
	'UploadLayerPart',
];
const SCAN = [
	'BatchGetImage',
	'BatchGetRepositoryScanningConfiguration',
	'DescribeImageScanFindings',
	'DescribeImages',
	'DescribeRepositories',
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
		registry: ['ecr:GetRegistryScanningConfiguration', 'inspector2:ListCoverage', 'inspector2:ListFindings'],
	},
	promote: {
		repository: [...PUSH, 'DescribeImageReplicationStatus'],
		registry: ['ecr:DescribePullThroughCacheRules', 'ecr:DescribeRegistry', 'ecr:GetAccountSetting'],
	},
};

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
 */
export function sessionPolicy(
	scopes: readonly SessionScope[],
	repositories: readonly string[],
	place: PolicyPlace,
): string {
	const { partition, region, accountId } = place;
	const actions = [...new Set(scopes.flatMap((scope) => ACTIONS[scope].repository))]
		.sort()
		.map((action) => `ecr:${action}`);
	const registry = [...new Set(['ecr:GetAuthorizationToken', ...scopes.flatMap((scope) => ACTIONS[scope].registry)])];
	const resources = repositories.map((name) => `arn:${partition}:ecr:${region}:${accountId}:repository/${name}`);
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
		attempted: `The session policy for ${repositories.length} repositories has ${policy.length} characters, and STS takes ${LIMIT}`,
		fix: 'Cover repositories with a pattern such as team/* in `repositories`, or name fewer.',
	});
}
