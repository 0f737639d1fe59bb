import { ECRClient } from '@aws-sdk/client-ecr';
import { awsClientConfig, awsRegion, type Context, PipelineError } from '@ecr-pipeline/core';
import { authorizeRegistry } from './authorization-private.ts';
import { parseEcrHost } from './host.ts';
import { identityOf } from './identity.ts';
import { type Login, type LoginSession, readLogins } from './logins.ts';
import { type Registries, registriesOf } from './registries.ts';
import { establishSession, type SessionRequest } from './session.ts';

/**
 * The registries as one role sees them, without a login step: the role's own, and those of the hosts that are named. The
 * role is assumed by GitHub's token where the job may have one, else by the ambient credentials. Nothing is written to the
 * record of logins.
 * @param hosts registries that the role will be used for; the region is taken from the first that tells one
 */
export async function openRegistriesAs(role: string, hosts: readonly string[], context: Context): Promise<Registries> {
	const recorded = await readLogins(context);
	const regionOf = (host: string): string | undefined =>
		parseEcrHost(host)?.region ?? recorded.find(({ registry }) => registry === host)?.region;
	const region = hosts.map(regionOf).find((one) => one !== undefined) ?? awsRegion(undefined, context.env);
	if (region === undefined)
		throw new PipelineError({
			code: 'environment',
			attempted: `Could not assume ${role}`,
			answer: 'no region is known',
			fix: 'Set AWS_REGION, or write the image with its registry in front.',
		});
	const request = requestFor(role, region);
	const { credentials, accountId } = await establishSession(request, context);
	const { accessKeyId, secretAccessKey, sessionToken, expiration } = credentials;
	const session: LoginSession = {
		accessKeyId,
		secrets: { secretAccessKey, sessionToken },
		expiration: expiration.toISOString(),
		request,
	};
	const identity = identityOf({ region, session }, context);
	const own = await authorizeRegistry(new ECRClient(awsClientConfig(context, identity)), context);
	const loginTo = (registry: string, account: string, at: string): Login => ({
		step: 'promote-by-digest',
		registry,
		protocol: own.protocol,
		accountId: account,
		region: at,
		registryCredentialsExpire: '',
		session,
	});
	const others = hosts.flatMap((host) => {
		const account = parseEcrHost(host)?.accountId ?? recorded.find(({ registry }) => registry === host)?.accountId;
		return host === own.registry || account === undefined ? [] : [loginTo(host, account, regionOf(host) ?? region)];
	});
	const registries = registriesOf(
		[
			...others,
			{
				...loginTo(own.registry, accountId, region),
				registryCredentials: own.credentials,
				registryCredentialsExpire: own.expiresAt.toISOString(),
			},
		],
		context,
	);
	// Other hosts are named by whoever means them; a name without one means the role's own registry.
	return {
		...registries,
		defaultRegistry: () => own.registry,
		complete: (reference) => ({ ...reference, registry: reference.registry ?? own.registry }),
	};
}

function requestFor(role: string, region: string): SessionRequest {
	return {
		region,
		role,
		audience: 'sts.amazonaws.com',
		sessionName: 'GitHubActions',
		durationSeconds: 3600,
		tags: {},
		transitiveTagKeys: [],
		chain: [],
		policyArns: [],
	};
}
