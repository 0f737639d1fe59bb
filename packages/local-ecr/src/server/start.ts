import { tmpdir } from 'node:os';
import { Hono } from 'hono';
import { accessKeyOf, createCredentials } from '../aws/credentials.ts';
import { type Clock, createClock } from '../clock.ts';
import { distributionApp } from '../distribution/app.ts';
import { createTokens } from '../distribution/tokens.ts';
import { createEcs } from '../ecs/state.ts';
import { createFaults } from '../faults/faults.ts';
import { inject } from '../faults/inject.ts';
import { createLag } from '../faults/lag.ts';
import type { FaultRule } from '../faults/rules.ts';
import { createIssuer } from '../github/issuer.ts';
import { randomSecret } from '../ids.ts';
import { type Home, openHome } from '../persist/directory.ts';
import { createSaver } from '../persist/saver.ts';
import { readSnapshot, restore, savedPorts, writeSnapshot } from '../persist/snapshot.ts';
import { runLifecyclePolicies } from '../registry/lifecycle.ts';
import { createRegistries, type Registries } from '../registry/registries.ts';
import { type Registry, registryKey } from '../registry/registry.ts';
import { createReplication } from '../registry/replication.ts';
import { createScanRules } from '../scan/rules.ts';
import { applySeed } from '../seed/apply.ts';
import { readSeed } from '../seed/read.ts';
import { createBlobs } from '../storage/blobs.ts';
import { createLayers } from '../storage/layers.ts';
import { createLinks } from '../storage/links.ts';
import { createRoles } from '../sts/roles.ts';
import type { Settings, World } from '../world.ts';
import { adminApp } from './admin-app.ts';
import { apiApp } from './api-app.ts';
import { type Certificate, openCertificate } from './certificate.ts';
import type { ServerEnvironment } from './environment.ts';
import { type Listener, listen } from './listen.ts';
import { observe } from './observe.ts';
import { createRequestLog, type RequestEntry, type RequestLog } from './request-log.ts';

export interface LocalEcrOptions extends Partial<Settings> {
	/** Of the APIs and the default registry; 0, the default, for any that is free. */
	readonly port?: number;
	/** Ports of other registries, by `account/region`; one that is not named gets any that is free. */
	readonly ports?: ReadonlyMap<string, number>;
	/** YAML or JSON text; several are applied in turn. */
	readonly seeds?: readonly string[];
	/** What is to go wrong. */
	readonly faults?: readonly FaultRule[];
	/** Of the draws of faults that have a probability. */
	readonly faultSeed?: number;
	/** A directory that keeps everything for the next start. */
	readonly persist?: string;
	/** HTTPS on every port, by a certificate of its own that the environment tells clients to trust. */
	readonly tls?: boolean;
	/** Where layers are while nothing is to be kept; the system's own place for such things. */
	readonly temporary?: string;
	/** Milliseconds since the epoch. */
	readonly now?: () => number;
}

export interface LocalEcr {
	/** Of the APIs: what AWS_ENDPOINT_URL is to be. */
	readonly url: string;
	readonly port: number;
	/** The registry of an account in a region, opened if it was not. */
	readonly registry: (account?: string, region?: string) => Promise<{ readonly url: string; readonly host: string }>;
	/** What a process needs in its environment to find this ECR, as someone of the default account. */
	readonly environment: () => Readonly<Record<string, string>>;
	readonly requests: (since?: number) => readonly RequestEntry[];
	readonly clearRequests: () => void;
	readonly advance: (seconds: number) => void;
	/** @param document YAML or JSON text @throws SeedError */
	readonly seed: (document: string) => Promise<void>;
	/** Makes things go wrong from now on. */
	readonly addFaults: (rules: readonly FaultRule[]) => void;
	readonly clearFaults: () => void;
	readonly close: () => Promise<void>;
}

const DEFAULTS: Settings = {
	account: '111111111111',
	region: 'us-east-1',
	latencyMs: 0,
	redirectBlobs: true,
	multiPatch: false,
	enforceIam: false,
};

/** Starts a local ECR. @throws EADDRINUSE, SeedError */
export async function startLocalEcr(options: LocalEcrOptions = {}): Promise<LocalEcr> {
	const settings: Settings = { ...DEFAULTS, ...options };
	const home = await openHome(options.persist, options.temporary ?? tmpdir());
	const snapshot = options.persist === undefined ? undefined : await readSnapshot(home.directory);
	const certificate =
		options.tls === true ? await openCertificate(home.directory, (options.now ?? Date.now)()) : undefined;
	const clock = createClock(options.now ?? Date.now);
	const log = createRequestLog(clock);
	const saver =
		options.persist === undefined
			? undefined
			: createSaver(
					() => writeSnapshot(home.directory, world),
					(error) => process.emitWarning(`local-ecr could not save its state: ${String(error)}`),
				);
	const changed = saver?.changed ?? (() => undefined);
	const ports = new Map([...savedPorts(snapshot), ...(options.ports ?? [])]);
	const listeners: Listener[] = [];

	const serve = async (app: Hono<ServerEnvironment>, port: number) => {
		const observed = new Hono<ServerEnvironment>();
		observed.use(observe(log, settings.latencyMs, changed));
		observed.use(async (_, next) => {
			runLifecyclePolicies(registries, clock.now());
			await world.replication.run();
			await next();
		});
		observed.use(inject(world, lag));
		observed.route('/', app);
		const listener = await listen(observed, port, certificate);
		listeners.push(listener);
		return listener;
	};
	const registries = createRegistries(async (account, region, create) => {
		const key = registryKey(account, region);
		if (key === registryKey(settings.account, settings.region)) return create(api.origin);
		let registry: Registry | undefined;
		const opened = () => registry ?? fail(`the registry ${key} is not open yet`);
		const { origin } = await serve(distributionApp(world, opened), ports.get(key) ?? 0);
		registry = create(origin);
		return registry;
	}, clock.now);
	const lag = createLag({ clock, registries });
	const world: World = await createWorld(settings, home, clock, registries, () => api.origin);
	const app = new Hono<ServerEnvironment>();
	app.route('/', adminApp(world, log));
	app.route(
		'/',
		apiApp(world, () => registries.find(settings.account, settings.region) ?? fail('not open yet')),
	);
	const stop = async (save: () => Promise<void>) => {
		await Promise.all(listeners.map((listener) => listener.close()));
		await save();
		await home.leave();
	};
	let api: Listener;
	try {
		api = await serve(app, options.port ?? 0);
		await registries.open(settings.account, settings.region);
		if (snapshot !== undefined) await restore(world, snapshot);
		for (const seed of options.seeds ?? []) await applySeed(world, readSeed(seed));
		world.faults.reseed(options.faultSeed ?? 1);
		world.faults.add(options.faults ?? []);
	} catch (error) {
		// What was kept by an earlier run is not overwritten by half a start.
		await stop(async () => undefined);
		throw error;
	}
	return handle(world, api, log, certificate, () => stop(saver?.end ?? (async () => undefined)));
}

async function createWorld(
	settings: Settings,
	home: Home,
	clock: Clock,
	registries: Registries,
	apiOrigin: () => string,
): Promise<World> {
	const blobs = await createBlobs(home.directory);
	return {
		settings,
		clock,
		registries,
		blobs,
		layers: createLayers(blobs, registries),
		links: createLinks(home.secret, clock),
		credentials: createCredentials(clock),
		tokens: createTokens(home.secret, clock),
		roles: createRoles(),
		oidc: createIssuer(() => `${apiOrigin()}/_github/oidc`, clock, randomSecret(24)),
		scans: createScanRules(),
		ecs: createEcs(),
		faults: createFaults(1),
		replication: createReplication(registries, clock.now),
		apiOrigin,
	};
}

function handle(
	world: World,
	api: Listener,
	log: RequestLog,
	certificate: Certificate | undefined,
	close: () => Promise<void>,
): LocalEcr {
	const { settings } = world;
	return {
		url: api.origin,
		port: api.port,
		registry: async (account = settings.account, region = settings.region) => {
			const { endpoint } = await world.registries.open(account, region);
			return { url: endpoint, host: new URL(endpoint).host };
		},
		environment: () => ({
			AWS_ENDPOINT_URL: api.origin,
			AWS_REGION: settings.region,
			// The AWS command line and boto3 read this one only.
			AWS_DEFAULT_REGION: settings.region,
			AWS_ACCESS_KEY_ID: accessKeyOf(settings.account),
			AWS_SECRET_ACCESS_KEY: 'local',
			...(certificate === undefined ? {} : { AWS_CA_BUNDLE: certificate.path, NODE_EXTRA_CA_CERTS: certificate.path }),
			ACTIONS_ID_TOKEN_REQUEST_URL: `${world.oidc.url()}/token?api-version=2.0`,
			ACTIONS_ID_TOKEN_REQUEST_TOKEN: world.oidc.requestToken(),
		}),
		requests: (since = 0) => log.since(since),
		clearRequests: log.clear,
		advance: world.clock.advance,
		seed: async (document) => applySeed(world, readSeed(document)),
		addFaults: world.faults.add,
		clearFaults: world.faults.clear,
		close,
	};
}

function fail(message: string): never {
	throw new Error(message);
}
