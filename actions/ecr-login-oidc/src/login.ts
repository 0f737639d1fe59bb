import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { type Context, PipelineError } from '@ecr-pipeline/core';
import {
	establishSession,
	LOGINS_VARIABLE,
	type Login,
	type LoginSession,
	loginsPath,
	openAuthorizer,
	recordLogins,
	type Session,
	type SessionRequest,
} from '@ecr-pipeline/ecr';
import { dockerConfigPath } from '@ecr-pipeline/registry';
import { logInDocker, nameHelper } from './docker-auth.ts';
import { writeHelperProgram } from './helper-program.ts';
import type { LoginInputs } from './inputs.ts';
import { authorizeRegistries, type LoggedIn, type SomeLoggedIn } from './login-registries.ts';
import { type LogoutState, rememberForLogout } from './logout.ts';
import { writeProfile } from './profile.ts';
import { sessionRequest } from './session-request.ts';

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
	const establishing = request === undefined ? undefined : establishSession(request, context);
	const authorize = openAuthorizer(context);
	const session = await establishing;
	const accountOfSession = session?.accountId;
	if (accountOfSession !== undefined) assertAllowedAccount(accountOfSession, inputs);

	const found = await authorizeRegistries(inputs, session, authorize, context);
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

function assertAllowedAccount(accountId: string, { allowedAccountIds }: LoginInputs): void {
	if (allowedAccountIds.length === 0 || allowedAccountIds.includes(accountId)) return;
	throw new PipelineError({
		code: 'refused',
		attempted: `The session is in the account ${accountId}, and allowed-account-ids names ${allowedAccountIds.join(', ')}`,
		fix: 'Nothing has been exported. Correct role-to-assume or allowed-account-ids.',
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
