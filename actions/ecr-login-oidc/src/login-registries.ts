import type { AwsCredentials, Context } from '@ecr-pipeline/core';
import {
	type Authorize,
	ambientCaller,
	authorizePublicRegistry,
	PUBLIC_REGION,
	parseEcrHost,
	type RegistryAuthorization,
	type Session,
} from '@ecr-pipeline/ecr';
import type { LoginInputs } from './inputs.ts';

/** A registry, and the password that opens it. */
export interface LoggedIn {
	readonly authorization: RegistryAuthorization;
	readonly accountId: string;
	readonly region: string;
	readonly type?: 'public';
}

/** The own registry, and those further ones that were named. */
export type SomeLoggedIn = readonly [LoggedIn, ...LoggedIn[]];

/** Gets the passwords of all registries of the step. */
export async function authorizeRegistries(
	inputs: LoginInputs,
	session: Session | undefined,
	authorize: Authorize,
	context: Context,
): Promise<SomeLoggedIn> {
	if (inputs.registryType === 'public') return [await publicRegistry(session, context)];
	const credentials = session?.credentials;
	const own = await authorize(identity(inputs.region, credentials));
	const accountId =
		session?.accountId ??
		parseEcrHost(own.registry)?.accountId ??
		(await ambientCaller(inputs.region, context)).accountId;
	return [
		{ authorization: own, accountId, region: inputs.region },
		...(await further(inputs, own, session, authorize)),
	];
}

async function publicRegistry(session: Session | undefined, context: Context): Promise<LoggedIn> {
	const authorization = await authorizePublicRegistry(session?.credentials, context);
	const accountId = session?.accountId ?? (await ambientCaller(PUBLIC_REGION, context)).accountId;
	return { authorization, accountId, region: PUBLIC_REGION, type: 'public' };
}

/** A token opens the registries of its own region, so one is asked for each further region (aws/eks-anywhere#3919). */
async function further(
	{ region: ownRegion, registries }: LoginInputs,
	own: RegistryAuthorization,
	session: Session | undefined,
	authorize: Authorize,
): Promise<LoggedIn[]> {
	const byRegion = new Map([[ownRegion, Promise.resolve(own)]]);
	const found = await Promise.all(
		[...new Set(registries)].map(async (registry): Promise<LoggedIn> => {
			if (/^\d{12}$/.test(registry)) {
				const authorization = await ofAccount(registry, ownRegion, own, session, authorize);
				return { authorization, accountId: registry, region: ownRegion };
			}
			const shape = parseEcrHost(registry);
			const region = shape?.region ?? ownRegion;
			const token = byRegion.get(region) ?? authorize(identity(region, session?.credentials));
			byRegion.set(region, token);
			return { authorization: { ...(await token), registry }, accountId: shape?.accountId ?? '', region };
		}),
	);
	const byHost = new Map(found.map((login) => [login.authorization.registry, login]));
	byHost.delete(own.registry);
	return [...byHost.values()];
}

/** The host of another account: derived from the own one where that names its account, else as the API gives it. */
async function ofAccount(
	account: string,
	region: string,
	own: RegistryAuthorization,
	session: Session | undefined,
	authorize: Authorize,
): Promise<RegistryAuthorization> {
	if (parseEcrHost(own.registry) === undefined) return authorize(identity(region, session?.credentials), account);
	return { ...own, registry: own.registry.replace(/^\d{12}/, account) };
}

function identity(region: string, credentials: AwsCredentials | undefined) {
	return { region, ...(credentials === undefined ? {} : { credentials }) };
}
