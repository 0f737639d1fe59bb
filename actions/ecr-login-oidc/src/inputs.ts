import { awsRegion, type Env, type Inputs, isLoopback, isRepositoryName } from '@ecr-pipeline/core';
import { type ChainedRole, parseEcrHost } from '@ecr-pipeline/ecr';
import { SESSION_SCOPES, type SessionScope } from './session-policy.ts';
import { USUAL_TAGS } from './session-tags.ts';

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
	/** How often STS and ECR are asked at most. */
	readonly attempts: number;
}

const ROLE_ARN = /^arn:[a-z0-9-]+:iam::\d{12}:role\/[\w+=,.@/-]+$/;
const ROLE_NAME = /^[\w+=,.@/-]{1,64}$/;
const SESSION_NAME = /^[\w+=,.@-]{2,64}$/;
// STS takes inline and managed policies of 2,048 characters together (API reference, AssumeRoleWithWebIdentity).
const POLICY_LIMIT = 2048;

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
	for (const name of ['session-scope', 'role-chain', 'inline-session-policy', 'aws-profile'] as const) {
		if (role === undefined && inputs.text(name) !== undefined)
			inputs.problem(name, inputs.text(name), 'only together with role-to-assume');
	}
	return {
		...(role === undefined ? {} : { role }),
		region: readRegion(inputs, env),
		audience: inputs.text('audience') ?? 'sts.amazonaws.com',
		sessionName: readSessionName(inputs),
		durationSeconds: inputs.integer('role-duration-seconds', 3600, { min: 900, max: 43_200 }),
		...optional('externalId', inputs.text('role-external-id')),
		tags,
		transitiveTagKeys: readTransitiveKeys(inputs, tags),
		skipSessionTagging: inputs.boolean('role-skip-session-tagging', false),
		...optional('tokenFile', inputs.text('web-identity-token-file')),
		chain: readChain(inputs),
		...optional('policy', policy),
		policyArns: inputs.list('managed-session-policies'),
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

function readSessionName(inputs: Inputs): string {
	const name = inputs.text('role-session-name') ?? 'GitHubActions';
	if (!SESSION_NAME.test(name))
		inputs.problem('role-session-name', name, '2 to 64 characters of A-Z a-z 0-9 _ + = , . @ -');
	return name;
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

function readChain(inputs: Inputs): ChainedRole[] {
	return inputs.lines('role-chain').map((line) => {
		const [arn = '', option] = line.split(/,\s*/, 2);
		const externalId = /^external-id=(.+)$/.exec(option ?? '')?.[1];
		if (!ROLE_ARN.test(arn) || (option !== undefined && externalId === undefined)) {
			inputs.problem(
				'role-chain',
				line,
				'each line is the ARN of a role, and ",external-id=…" behind it where the role wants one',
			);
		}
		return externalId === undefined ? { arn } : { arn, externalId };
	});
}

function readTags(inputs: Inputs): Record<string, string> {
	const given = inputs.text('custom-tags');
	if (given === undefined) return {};
	try {
		const value: unknown = JSON.parse(given);
		const whole =
			typeof value === 'object' && value !== null && Object.values(value).every((item) => typeof item === 'string');
		if (whole && !Array.isArray(value)) return checkedTags(value as Record<string, string>, inputs);
	} catch {
		// Said below.
	}
	inputs.problem('custom-tags', given, 'a JSON object of strings');
	return {};
}

// API reference, Tag: what STS takes in keys and values, and how many tags.
const TAG_TEXT = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;
const MOST_TAGS = 50 - USUAL_TAGS.length;

function checkedTags(tags: Record<string, string>, inputs: Inputs): Record<string, string> {
	const entries = Object.entries(tags);
	if (entries.length > MOST_TAGS)
		inputs.problem(
			'custom-tags',
			`${entries.length} tags`,
			`at most ${MOST_TAGS}: STS takes 50, and ${USUAL_TAGS.length} are set`,
		);
	for (const [key, value] of entries) {
		if (key.length < 1 || key.length > 128 || value.length > 256 || !TAG_TEXT.test(key) || !TAG_TEXT.test(value))
			inputs.problem(
				'custom-tags',
				`${key}=${value}`,
				'a key of 1 to 128 and a value of at most 256 letters, digits, spaces and _ . : / = + - @',
			);
	}
	return tags;
}

function readTransitiveKeys(inputs: Inputs, tags: Readonly<Record<string, string>>): string[] {
	const keys = inputs.list('transitive-tag-keys');
	const known = [...Object.keys(tags), ...USUAL_TAGS];
	for (const key of keys)
		if (!known.includes(key)) inputs.problem('transitive-tag-keys', key, `a key of a session tag: ${known.join(', ')}`);
	return keys;
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
