import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { ECRClient } from '@aws-sdk/client-ecr';
import { awsClientConfig, type Context, PipelineError } from '@ecr-pipeline/core';
import {
	ambientCaller,
	authorizePublicRegistry,
	authorizeRegistry,
	establishSession,
	hasAmbientCredentials,
	LOGINS_VARIABLE,
	type Login,
	type LoginSession,
	loginsPath,
	PUBLIC_REGION,
	parseEcrHost,
	type RegistryAuthorization,
	recordLogins,
	type Session,
	type SessionRequest,
} from '@ecr-pipeline/ecr';
import { dockerConfigPath } from '@ecr-pipeline/registry';
import { logInDocker, nameHelper } from './docker-auth.ts';
import { writeHelperProgram } from './helper-program.ts';
import type { LoginInputs } from './inputs.ts';
import { type LogoutState, rememberForLogout } from './logout.ts';
import { writeProfile } from './profile.ts';
import { sessionPolicy } from './session-policy.ts';
import { DROPPABLE_TAGS, sessionTags } from './session-tags.ts';

export interface LoginResult {
	readonly logins: readonly Login[];
	readonly accountId: string;
	readonly region: string;
	/** Absent with ambient credentials. */
	readonly session?: Session;
	readonly exportCredentials: boolean;
	readonly outputCredentials: boolean;
	/** The record of logins. */
	readonly recordPath: string;
}

// What would otherwise win over the credentials of the machine, and stay for later steps.
const CREDENTIAL_VARIABLES = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'];

/** From GitHub's token to a logged-in registry: OIDC token, role, registry token, and nothing else is asked. */
export async function login(inputs: LoginInputs, context: Context): Promise<LoginResult> {
	if (inputs.unsetCurrentCredentials) for (const name of CREDENTIAL_VARIABLES) context.unsetVariable(name);
	const request = await sessionRequest(inputs, context);
	const session = request === undefined ? undefined : await establishSession(request, context);
	const accountOfSession = session?.accountId;
	if (accountOfSession !== undefined) assertAllowedAccount(accountOfSession, inputs);

	const found =
		inputs.registryType === 'public'
			? await publicRegistry(session, context)
			: await privateRegistries(inputs, session, context);
	const [{ accountId }] = found;
	if (accountOfSession === undefined) assertAllowedAccount(accountId, inputs);
	if (inputs.maskAccountId) {
		context.mask(accountId);
		context.log.notice(
			'mask-aws-account-id: GitHub drops every output that contains the account id; hand repository and digest to other jobs.',
		);
	}
	const step = randomUUID();
	const remembered =
		session === undefined || request === undefined ? undefined : rememberedSession(session, request, inputs);
	const logins = found.map((registry) => loginOf(registry, step, remembered, inputs));
	const state: LogoutState = {
		step,
		registries: logins.map(({ registry }) => registry),
		record: loginsPath(context),
		...(inputs.dockerAuth === 'none' ? {} : { dockerConfig: dockerConfigPath(context.env) }),
		...(inputs.dockerAuth === 'helper'
			? { helperDirectory: join(context.temporaryDirectory, `ecr-helper-${step}`) }
			: {}),
		...(inputs.awsProfile === undefined
			? {}
			: { profileChange: join(context.temporaryDirectory, `ecr-profile-${step}.json`) }),
	};
	if (!inputs.skipLogout) rememberForLogout(state, context);
	const recordPath = await recordLogins(context, logins);
	await configureDocker(found, state, context);
	if (inputs.awsProfile !== undefined && state.profileChange !== undefined && session !== undefined)
		await writeProfile(
			inputs.awsProfile,
			{ credentials: session.credentials, region: inputs.region },
			state.profileChange,
			context,
		);
	return {
		logins,
		accountId,
		region: inputs.region,
		...(session === undefined ? {} : { session }),
		exportCredentials: inputs.exportCredentials,
		outputCredentials: inputs.outputCredentials,
		recordPath,
	};
}

/** The variables that later steps, and every other AWS tool, read. */
export function variablesOf({ session, region, exportCredentials, recordPath }: LoginResult): Record<string, string> {
	const record = { [LOGINS_VARIABLE]: recordPath };
	if (!exportCredentials) return record;
	const regions = { AWS_REGION: region, AWS_DEFAULT_REGION: region };
	if (session === undefined) return { ...record, ...regions };
	const { accessKeyId, secretAccessKey, sessionToken } = session.credentials;
	return {
		...record,
		...regions,
		AWS_ACCESS_KEY_ID: accessKeyId,
		AWS_SECRET_ACCESS_KEY: secretAccessKey,
		AWS_SESSION_TOKEN: sessionToken,
	};
}

async function sessionRequest(inputs: LoginInputs, context: Context): Promise<SessionRequest | undefined> {
	if (inputs.role === undefined) return undefined;
	const role = inputs.role.startsWith('arn:') ? inputs.role : await roleByName(inputs.role, inputs.region, context);
	const lastRole = inputs.chain.at(-1)?.arn ?? role;
	const [, partition = 'aws', , , accountId = ''] = lastRole.split(':');
	const policy =
		inputs.scopes.length === 0
			? inputs.policy
			: sessionPolicy(inputs.scopes, inputs.repositories, { partition, region: inputs.region, accountId });
	return {
		region: inputs.region,
		role,
		audience: inputs.audience,
		sessionName: inputs.sessionName,
		durationSeconds: inputs.durationSeconds,
		...(inputs.externalId === undefined ? {} : { externalId: inputs.externalId }),
		tags: inputs.skipSessionTagging ? {} : { ...sessionTags(context.env), ...inputs.tags },
		droppableTags: DROPPABLE_TAGS.filter((name) => !(name in inputs.tags)),
		transitiveTagKeys: inputs.transitiveTagKeys,
		chain: inputs.chain,
		...(policy === undefined ? {} : { policy }),
		policyArns: inputs.policyArns,
		...(inputs.tokenFile === undefined ? {} : { tokenFile: inputs.tokenFile }),
		attempts: inputs.attempts,
	};
}

/** The ARN of a role that is given by name: in the account, and so the partition, of the ambient credentials. */
async function roleByName(name: string, region: string, context: Context): Promise<string> {
	if (!hasAmbientCredentials(context.env)) {
		throw new PipelineError({
			code: 'invalid-input',
			attempted: `role-to-assume is the name ${name}, and there are no AWS credentials that say in which account`,
			fix: 'Give the ARN of the role.',
		});
	}
	const { partition, accountId } = await ambientCaller(region, context);
	return `arn:${partition}:iam::${accountId}:role/${name}`;
}

function assertAllowedAccount(accountId: string, { allowedAccountIds }: LoginInputs): void {
	if (allowedAccountIds.length === 0 || allowedAccountIds.includes(accountId)) return;
	throw new PipelineError({
		code: 'refused',
		attempted: `The session is in the account ${accountId}, and allowed-account-ids names ${allowedAccountIds.join(', ')}`,
		fix: 'Nothing has been exported. Correct role-to-assume or allowed-account-ids.',
	});
}

async function authorize(
	region: string,
	session: Session | undefined,
	context: Context,
): Promise<RegistryAuthorization> {
	const client = new ECRClient(
		awsClientConfig(context, { region, ...(session === undefined ? {} : { credentials: session.credentials }) }),
	);
	return authorizeRegistry(client, context);
}

interface LoggedIn {
	readonly authorization: RegistryAuthorization;
	readonly accountId: string;
	readonly region: string;
	readonly type?: 'public';
}

type SomeLoggedIn = readonly [LoggedIn, ...LoggedIn[]];

async function publicRegistry(session: Session | undefined, context: Context): Promise<SomeLoggedIn> {
	const authorization = await authorizePublicRegistry(session?.credentials, context);
	const accountId = session?.accountId ?? (await ambientCaller(PUBLIC_REGION, context)).accountId;
	return [{ authorization, accountId, region: PUBLIC_REGION, type: 'public' }];
}

async function privateRegistries(
	inputs: LoginInputs,
	session: Session | undefined,
	context: Context,
): Promise<SomeLoggedIn> {
	const own = await authorize(inputs.region, session, context);
	const accountId =
		session?.accountId ??
		parseEcrHost(own.registry)?.accountId ??
		(await ambientCaller(inputs.region, context)).accountId;
	const further = await furtherRegistries(inputs, own, session, context);
	return [{ authorization: own, accountId, region: inputs.region }, ...further];
}

/** A token opens the registries of its own region, so one is asked for each further region (aws/eks-anywhere#3919). */
async function furtherRegistries(
	inputs: LoginInputs,
	own: RegistryAuthorization,
	session: Session | undefined,
	context: Context,
): Promise<LoggedIn[]> {
	const byRegion = new Map([[inputs.region, Promise.resolve(own)]]);
	const hosts = new Set(inputs.registries.map((registry) => hostOf(registry, own.registry)));
	hosts.delete(own.registry);
	return Promise.all(
		[...hosts].map(async (registry) => {
			const shape = parseEcrHost(registry);
			const region = shape?.region ?? inputs.region;
			const token = byRegion.get(region) ?? authorize(region, session, context);
			byRegion.set(region, token);
			return { authorization: { ...(await token), registry }, accountId: shape?.accountId ?? '', region };
		}),
	);
}

function hostOf(registry: string, own: string): string {
	if (!/^\d{12}$/.test(registry)) return registry;
	if (parseEcrHost(own) !== undefined) return own.replace(/^\d{12}/, registry);
	throw new PipelineError({
		code: 'invalid-input',
		attempted: `The host of the registry of account ${registry} cannot be derived from ${own}`,
		fix: 'Give its host in `registries` instead of the account id.',
	});
}

function loginOf(
	{ authorization, accountId, region, type }: LoggedIn,
	step: string,
	session: LoginSession | undefined,
	{ dockerAuth, scopes, repositories }: LoginInputs,
): Login {
	return {
		step,
		...(type === undefined ? {} : { type }),
		registry: authorization.registry,
		protocol: authorization.protocol,
		accountId,
		region,
		...(dockerAuth === 'helper' ? {} : { registryCredentials: authorization.credentials }),
		registryCredentialsExpire: authorization.expiresAt.toISOString(),
		...(scopes.length === 0 ? {} : { repositories }),
		...(session === undefined ? {} : { session }),
	};
}

function rememberedSession(
	{ credentials }: Session,
	request: SessionRequest,
	{ dockerAuth }: LoginInputs,
): LoginSession {
	const { accessKeyId, secretAccessKey, sessionToken, expiration } = credentials;
	return {
		accessKeyId,
		...(dockerAuth === 'helper' ? {} : { secrets: { secretAccessKey, sessionToken } }),
		expiration: expiration.toISOString(),
		request,
	};
}

async function configureDocker(found: SomeLoggedIn, state: LogoutState, context: Context): Promise<void> {
	const { dockerConfig, helperDirectory, step, registries, record } = state;
	if (dockerConfig === undefined) return;
	if (helperDirectory === undefined) {
		const logins = found.map(({ authorization: { registry, credentials, expiresAt } }) => ({
			registry,
			...credentials,
			expiresAt,
		}));
		await logInDocker(dockerConfig, step, logins, context);
		return;
	}
	await writeHelperProgram(helperDirectory, record, process.platform);
	context.addPath(helperDirectory);
	await nameHelper(dockerConfig, step, registries, context.clock);
}
