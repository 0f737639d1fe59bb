import { ECRClient } from '@aws-sdk/client-ecr';
import {
	awsClientConfig,
	awsRegion,
	type Context,
	type ImageReference,
	isLoopback,
	PipelineError,
} from '@ecr-pipeline/core';
import {
	createOciRepository,
	createRegistryClient,
	dockerCredentials,
	type ImageRepository,
	servedAt,
} from '@ecr-pipeline/registry';
import { byAnyRole, firstPermitted } from './alternatives.ts';
import { authorizeRegistry } from './authorization-private.ts';
import { createEcrRepository, type EcrAccess } from './ecr-repository.ts';
import { parseEcrHost } from './host.ts';
import { identityOf, registryCredentials } from './identity.ts';
import { type Login, loginFor, loginsFor, readLogins } from './logins.ts';
import { ecrLimits } from './rate.ts';
import { ambientCaller } from './session-ambient.ts';
import { hasAmbientCredentials } from './session-source.ts';

/** An image reference with the registry filled in. */
export type CompleteReference = ImageReference & { readonly registry: string };

/** Every registry of this job, and how each is spoken to. */
export interface Registries {
	readonly logins: readonly Login[];
	/** Fills in the registry of a reference that names none: that of the one login of this job. */
	complete(reference: ImageReference): CompleteReference;
	/** The host to use where an input names none. */
	defaultRegistry(): string;
	repository(reference: { readonly registry: string; readonly repository: string }): Promise<ImageRepository>;
	/**
	 * The API of a private registry of ECR; undefined for any other. The repository chooses between several roles that have
	 * logged in to one registry.
	 */
	ecr(registry: string, repository?: string): Promise<EcrAccess | undefined>;
	/**
	 * Asks the API about a repository, by each role that may be for it until one is permitted to; undefined where the
	 * registry is no private one of ECR.
	 */
	ask<Answer>(
		place: { readonly registry: string; readonly repository: string },
		question: (access: EcrAccess) => Promise<Answer>,
	): Promise<Answer | undefined>;
}

/** Opens the record of logins. Nothing is asked of any registry before it is used. */
export async function openRegistries(context: Context): Promise<Registries> {
	return registriesOf(await readLogins(context), context);
}

/** The registries that these logins are for, and those of the ambient credentials. */
export function registriesOf(logins: readonly Login[], context: Context): Registries {
	const known = new Map<string, Promise<EcrAccess | undefined>>();

	const open = (registry: string, login: Login | undefined): Promise<EcrAccess | undefined> => {
		const key = `${registry} ${login === undefined ? '' : logins.indexOf(login)}`;
		const opened = known.get(key) ?? openEcr(registry, login, context);
		known.set(key, opened);
		return opened;
	};

	const accesses = async (registry: string, repository?: string): Promise<readonly EcrAccess[]> => {
		const candidates = loginsFor(logins, registry, repository);
		const opened = await Promise.all(
			(candidates.length === 0 ? [undefined] : candidates).map((login) => open(registry, login)),
		);
		return opened.filter((access) => access !== undefined);
	};

	const defaultRegistry = (): string => {
		const hosts = [...new Set(logins.map(({ registry }) => registry))];
		const [only, ...others] = hosts;
		if (only === undefined) {
			throw new PipelineError({
				code: 'environment',
				attempted: 'No registry is named, and no step of this job has logged in to one',
				fix: 'Run ecr-login-oidc before this step, or write the image as registry/repository@sha256:….',
			});
		}
		if (others.length > 0) {
			throw new PipelineError({
				code: 'invalid-input',
				attempted: `No registry is named, and this job is logged in to ${hosts.length}: ${hosts.join(', ')}`,
				fix: 'Write the registry in front of the repository: registry/repository@sha256:….',
			});
		}
		return only;
	};

	return {
		logins,
		defaultRegistry,
		complete: (reference) => ({ ...reference, registry: reference.registry ?? defaultRegistry() }),
		ecr: async (registry, repository) => (await accesses(registry, repository))[0],
		async ask({ registry, repository }, question) {
			const ways = await accesses(registry, repository);
			return ways.length === 0 ? undefined : firstPermitted(ways, question);
		},
		async repository({ registry, repository }) {
			const ways = await accesses(registry, repository);
			const [first, ...others] = ways.map((access) => createEcrRepository(access, repository, context));
			if (first !== undefined) return others.length === 0 ? first : byAnyRole([first, ...others]);
			const login = loginFor(logins, registry, repository);
			const credentials =
				login === undefined ? () => dockerCredentials(registry, context) : registryCredentials(login, context);
			const served = servedAt({ registry, repository });
			const client = createRegistryClient({ host: served.registry, credentials, preemptive: false }, context);
			return createOciRepository(client, served.repository, context);
		},
	};
}

/** A recorded login first; then the ambient credentials, where they belong to this host; else it is no ECR of ours. */
async function openEcr(registry: string, login: Login | undefined, context: Context): Promise<EcrAccess | undefined> {
	if (login?.type === 'public') return undefined;
	if (login !== undefined) return accessByLogin(login, context);
	const shape = parseEcrHost(registry);
	const region = shape?.region ?? awsRegion(undefined, context.env);
	// Only a host on loopback can be an ECR without looking like one; no other host is worth a request to find out.
	if (region === undefined || (shape === undefined && !(isLoopback(registry) && hasAmbientCredentials(context.env))))
		return undefined;
	const client = new ECRClient(awsClientConfig(context, { region }));
	const authorization = await authorizeRegistry(client, context);
	if (shape === undefined && authorization.registry !== registry) return undefined;
	const data = createRegistryClient(
		{
			host: registry,
			protocol: authorization.protocol,
			credentials: async () => authorization.credentials,
			preemptive: true,
		},
		context,
	);
	const accountId = shape?.accountId ?? (await ambientCaller(region, context)).accountId;
	return { client, data, accountId, region, limits: ecrLimits(accountId, region, context.clock) };
}

function accessByLogin(login: Login, context: Context): EcrAccess {
	const client = new ECRClient(awsClientConfig(context, identityOf(login, context)));
	const data = createRegistryClient(
		{
			host: login.registry,
			protocol: login.protocol,
			credentials: registryCredentials(login, context),
			preemptive: true,
		},
		context,
	);
	const { accountId, region } = login;
	return { client, data, accountId, region, limits: ecrLimits(accountId, region, context.clock) };
}
