import { awsRegion, type Env, type Inputs, isLoopback, isRepositoryName } from '@ecr-pipeline/core';
import { type ChainedRole, parseEcrHost } from '@ecr-pipeline/ecr';
import {
	ROLE_ARN,
	readChain,
	readExternalId,
	readPolicyArns,
	readSessionName,
	readTags,
	readTransitiveKeys,
} from './session-inputs.ts';
import { SESSION_SCOPES, type SessionScope } from './session-policy.ts';

export interface LoginInputs {
	/** ARN or name of the first role; absent: the ambient credentials. */
	readonly role?: string;
	readonly region: string;
	readonly audience: string;
	readonly sessionName: string;
	readonly durationSeconds: number;
	readonly externalId?: string;
	readonly tags: Readonly<Record<string, string>>;
	readonly transitiveTagKeys: readonly string[];
	readonly skipSessionTagging: boolean;
	readonly tokenFile?: string;
	readonly chain: readonly ChainedRole[];
	readonly policy?: string;
	readonly policyArns: readonly string[];
	readonly scopes: readonly SessionScope[];
	readonly repositories: readonly string[];
	readonly allowedAccountIds: readonly string[];
	/** Account ids and hosts besides the own registry. */
	readonly registries: readonly string[];
	readonly registryType: 'private' | 'public';
	readonly dockerAuth: 'config' | 'helper' | 'none';
	/** The AWS profile to write the credentials to. */
	readonly awsProfile?: string;
	readonly exportCredentials: boolean;
	readonly outputCredentials: boolean;
	readonly maskAccountId: boolean;
	readonly skipLogout: boolean;
	/** Forget the AWS credentials of the environment before anything is done. */
	readonly unsetCurrentCredentials: boolean;
	/** How often STS is asked at most. */
	readonly attempts: number;
}

const ROLE_NAME = /^[\w+=,.@/-]{1,64}$/;
// STS takes inline and managed policies of 2,048 characters together (API reference, AssumeRoleWithWebIdentity).
const POLICY_LIMIT = 2048;

// Without a role they would be passed over in silence: a session wider than asked for, or of somebody else.
const ONLY_WITH_ROLE = [
	'session-scope',
	'role-chain',
	'inline-session-policy',
	'managed-session-policies',
	'web-identity-token-file',
	'aws-profile',
];

/** Reads and checks every input of the action. */
export function readInputs(inputs: Inputs, env: Env): LoginInputs {
	const role = inputs.text('role-to-assume');
	if (role !== undefined && !ROLE_ARN.test(role) && !ROLE_NAME.test(role)) {
		inputs.problem('role-to-assume', role, 'the ARN of a role, arn:aws:iam::ACCOUNT:role/NAME, or its name');
	}
	const policy = inputs.text('inline-session-policy');
	if (policy !== undefined && policy.length > POLICY_LIMIT) {
		inputs.problem('inline-session-policy', `${policy.length} characters`, `at most ${POLICY_LIMIT} characters`);
	}
	const scopes = readScopes(inputs);
	if (scopes.length > 0 && policy !== undefined) {
		inputs.problem(
			'session-scope',
			scopes.join(', '),
			'not together with inline-session-policy, which it would replace',
		);
	}
	const repositories = readRepositories(inputs, scopes);
	const tags = readTags(inputs);
	const registryType = inputs.choice('registry-type', ['private', 'public'], 'private');
	if (registryType === 'public' && scopes.includes('scan'))
		inputs.problem('session-scope', 'scan', 'pull, push or promote with registry-type: public, which scans nothing');
	for (const name of ONLY_WITH_ROLE) {
		if (role === undefined && inputs.text(name) !== undefined)
			inputs.problem(name, inputs.text(name), 'only together with role-to-assume');
	}
	return {
		...(role === undefined ? {} : { role }),
		region: readRegion(inputs, env),
		audience: inputs.text('audience') ?? 'sts.amazonaws.com',
		sessionName: readSessionName(inputs),
		durationSeconds: inputs.integer('role-duration-seconds', 3600, { min: 900, max: 43_200 }),
		...optional('externalId', readExternalId(inputs)),
		tags,
		transitiveTagKeys: readTransitiveKeys(inputs, tags),
		skipSessionTagging: inputs.boolean('role-skip-session-tagging', false),
		...optional('tokenFile', inputs.text('web-identity-token-file')),
		chain: readChain(inputs),
		...optional('policy', policy),
		policyArns: readPolicyArns(inputs),
		scopes,
		repositories,
		allowedAccountIds: readAccountIds(inputs),
		registries: readRegistries(inputs, registryType),
		registryType,
		...optional('awsProfile', readProfile(inputs)),
		dockerAuth: inputs.choice('docker-auth', ['config', 'helper', 'none'], 'config'),
		exportCredentials: inputs.boolean('export-credentials', true),
		outputCredentials: inputs.boolean('output-credentials', false),
		maskAccountId: inputs.boolean('mask-aws-account-id', false),
		skipLogout: inputs.boolean('skip-logout', false),
		unsetCurrentCredentials: inputs.boolean('unset-current-credentials', false),
		attempts: inputs.integer('retry-max-attempts', 12, { min: 1, max: 100 }),
	};
}

function optional<K extends string>(key: K, value: string | undefined): { [P in K]?: string } {
	return (value === undefined ? {} : { [key]: value }) as { [P in K]?: string };
}

function readRegion(inputs: Inputs, env: Env): string {
	const given = inputs.text('aws-region');
	const region = awsRegion(given, env);
	if (region === undefined)
		inputs.problem('aws-region', undefined, 'it is required when the environment has no AWS_REGION');
	else if (!/^[a-z]{2,}(?:-[a-z0-9]+)+$/.test(region))
		inputs.problem('aws-region', region, 'a region such as eu-central-1');
	return region ?? '';
}

function readScopes(inputs: Inputs): SessionScope[] {
	const scopes: SessionScope[] = [];
	for (const given of inputs.list('session-scope')) {
		const scope = SESSION_SCOPES.find((known) => known === given);
		if (scope === undefined) inputs.problem('session-scope', given, `allowed: ${SESSION_SCOPES.join(', ')}`);
		else scopes.push(scope);
	}
	return scopes;
}

function readRepositories(inputs: Inputs, scopes: readonly SessionScope[]): string[] {
	const repositories = inputs.list('repositories');
	for (const name of repositories) {
		if (!isRepositoryName(name.replaceAll('*', 'x')))
			inputs.problem('repositories', name, 'repository names, "*" for any characters');
	}
	if (scopes.length > 0 && repositories.length === 0)
		inputs.problem('repositories', undefined, 'it is required with session-scope');
	return repositories;
}

function readAccountIds(inputs: Inputs): string[] {
	const ids = inputs.list('allowed-account-ids');
	for (const id of ids)
		if (!/^\d{12}$/.test(id)) inputs.problem('allowed-account-ids', id, 'account ids of twelve digits');
	return ids;
}

function readProfile(inputs: Inputs): string | undefined {
	const profile = inputs.text('aws-profile');
	if (profile !== undefined && !/^[\w.@/+-]+$/.test(profile))
		inputs.problem('aws-profile', profile, 'a name of A-Z a-z 0-9 _ . @ / + -');
	return profile;
}

function readRegistries(inputs: Inputs, type: 'private' | 'public'): string[] {
	const registries = inputs.list('registries');
	if (type === 'public' && registries.length > 0)
		inputs.problem(
			'registries',
			registries.join(', '),
			'not together with registry-type: public, which has one registry',
		);
	for (const registry of registries) {
		const known = /^\d{12}$/.test(registry) || parseEcrHost(registry) !== undefined || isLoopback(registry);
		if (!known) inputs.problem('registries', registry, 'account ids of twelve digits, or hosts of ECR registries');
	}
	return registries;
}
