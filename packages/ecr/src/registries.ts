import { ECRClient } from '@aws-sdk/client-ecr';
import {
	type AwsIdentity,
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
import { authorizeRegistry } from './authorization.ts';
import { createEcrRepository, type EcrAccess } from './ecr-repository.ts';
import { parseEcrHost } from './host.ts';
import { type Login, readLogins, sessionCredentials } from './logins.ts';
import { ambientCaller, establishSession, hasAmbientCredentials } from './session.ts';

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
	/** The API of a registry of ECR; undefined for a plain OCI registry. */
	ecr(registry: string): Promise<EcrAccess | undefined>;
}

// A session or token that ends within this time is renewed before it is used.
const MARGIN_MILLISECONDS = 60_000;

/** Opens the record of logins. Nothing is asked of any registry before it is used. */
export async function openRegistries(context: Context): Promise<Registries> {
	const logins = await readLogins(context);
	const known = new Map<string, Promise<EcrAccess | undefined>>();

	const ecr = (registry: string): Promise<EcrAccess | undefined> => {
		const opened = known.get(registry) ?? openEcr(registry, logins, context);
		known.set(registry, opened);
		return opened;
	};

	const defaultRegistry = (): string => {
		const hosts = logins.map(({ registry }) => registry);
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
			const access = await ecr(registry);
			if (access !== undefined) return createEcrRepository(access, repository, context);
			const client = createRegistryClient(
				{ host: registry, credentials: () => dockerCredentials(registry, context), preemptive: false },
				context,
			);
			return createOciRepository(client, repository, context);
		},
	};
}

/** A recorded login first; then the ambient credentials, where they belong to this host; else it is no ECR of ours. */
async function openEcr(registry: string, logins: readonly Login[], context: Context): Promise<EcrAccess | undefined> {
	const login = logins.find((entry) => entry.registry === registry);
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
	return { client, data, accountId, region };
}

function accessByLogin(login: Login, context: Context): EcrAccess {
	const client = new ECRClient(awsClientConfig(context, identityOf(login, context)));
	let current = { credentials: login.registryCredentials, expiresAt: new Date(login.registryCredentialsExpire) };
	const credentials = async () => {
		if (current.expiresAt.getTime() - MARGIN_MILLISECONDS < context.clock.now())
			current = await authorizeRegistry(client, context);
		return current.credentials;
	};
	const data = createRegistryClient(
		{ host: login.registry, protocol: login.protocol, credentials, preemptive: true },
		context,
	);
	return { client, data, accountId: login.accountId, region: login.region };
}

/** How AWS is called for a login: with its session while that lasts, then with the next one, got in the same way. */
export function identityOf(login: Login, context: Context): AwsIdentity {
	const { region, session } = login;
	if (session === undefined) return { region };
	return {
		region,
		credentials: async () => {
			const lasts = Date.parse(session.expiration) - MARGIN_MILLISECONDS > context.clock.now();
			return lasts ? sessionCredentials(session) : (await establishSession(session.request, context)).credentials;
		},
	};
}
