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
} from '@ecr-pipeline/registry';
import { authorizeRegistry } from './authorization-private.ts';
import { createEcrRepository, type EcrAccess } from './ecr-repository.ts';
import { parseEcrHost } from './host.ts';
import { identityOf, registryCredentials } from './identity.ts';
import { type Login, loginFor, readLogins } from './logins.ts';
import { createEcrLimits } from './rate.ts';
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
}

/** Opens the record of logins. Nothing is asked of any registry before it is used. */
export async function openRegistries(context: Context): Promise<Registries> {
	const logins = await readLogins(context);
	const known = new Map<string, Promise<EcrAccess | undefined>>();

	const ecr = (registry: string, repository?: string): Promise<EcrAccess | undefined> => {
		const login = loginFor(logins, registry, repository);
		const key = `${registry} ${login === undefined ? '' : logins.indexOf(login)}`;
		const opened = known.get(key) ?? openEcr(registry, login, context);
		known.set(key, opened);
		return opened;
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
		ecr,
		async repository({ registry, repository }) {
			const access = await ecr(registry, repository);
			if (access !== undefined) return createEcrRepository(access, repository, context);
			const login = loginFor(logins, registry, repository);
			const credentials =
				login === undefined ? () => dockerCredentials(registry, context) : registryCredentials(login, context);
			const client = createRegistryClient({ host: registry, credentials, preemptive: false }, context);
			return createOciRepository(client, repository, context);
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
	return { client, data, accountId, region, limits: createEcrLimits(context.clock) };
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
	return { client, data, accountId: login.accountId, region: login.region, limits: createEcrLimits(context.clock) };
}
