import { readFile, rm } from 'node:fs/promises';
import {
	type Clock,
	type Context,
	messageOf,
	PipelineError,
	removeUnfinished,
	writeFileAtomically,
} from '@ecr-pipeline/core';
import { claim, type DockerConfig, type HostEntry, type Ledger, release, storedFor } from './docker-claims.ts';
import { withLock } from './lock.ts';

export interface DockerLogin {
	readonly registry: string;
	readonly username: string;
	readonly password: string;
	/** When the password ends. */
	readonly expiresAt: Date;
}

type World = Pick<Context, 'env' | 'run' | 'clock' | 'log' | 'mask'>;

/**
 * Logs Docker, and every tool that reads its configuration, in to the registries. A credential store or helper that is
 * configured for a host gets the password on stdin, as `docker login` would give it; else it goes straight into the
 * configuration file of mode 0600. `docker login` itself is not run: it would ask the registry once more.
 * @param step the name under which `logOutDocker` finds it again
 */
export async function logInDocker(
	configPath: string,
	step: string,
	logins: readonly DockerLogin[],
	world: World,
): Promise<void> {
	const { clock, mask } = world;
	// Not under the lock: a store may keep its user waiting.
	const configured = (await readJson<DockerConfig>(configPath)) ?? {};
	const entries: { readonly registry: string; readonly until: number; readonly entry: HostEntry }[] = [];
	for (const { registry, username, password, expiresAt } of logins) {
		const store = configuredHelper(configured, registry);
		const auth = Buffer.from(`${username}:${password}`).toString('base64');
		mask(auth);
		const entry: HostEntry = store === undefined ? { auth: { auth } } : { store };
		const kept =
			store === undefined || (await storeWithHelper(store, { registry, username, password }, configPath, world));
		if (kept) entries.push({ registry, until: expiresAt.getTime(), entry });
	}
	await edit(configPath, clock, async (books) =>
		entries.reduce((next, { registry, ...own }) => claim(next, registry, { step, ...own }, clock.now()), books),
	);
}

// A job lasts five days at most on a self-hosted runner (GitHub docs, "Usage limits").
const LONGEST_JOB_MILLISECONDS = 5 * 24 * 3600 * 1000;
/** `docker-credential-ecr-pipeline` on the PATH. */
export const HELPER_NAME = 'ecr-pipeline';

/** Names our credential helper for the registries, before any store that is configured. Nothing secret is written. */
export async function nameHelper(
	configPath: string,
	step: string,
	registries: readonly string[],
	clock: Clock,
): Promise<void> {
	const entry: HostEntry = { helper: HELPER_NAME };
	await edit(configPath, clock, async (books) =>
		registries.reduce(
			(next, registry) =>
				claim(next, registry, { step, entry, until: clock.now() + LONGEST_JOB_MILLISECONDS }, clock.now()),
			books,
		),
	);
}

/** Logs out of exactly what the step logged in to, and puts back what was there before. */
export async function logOutDocker(
	configPath: string,
	step: string,
	{ clock, run, env }: Pick<World, 'clock' | 'run' | 'env'>,
): Promise<void> {
	let stored: ReturnType<typeof storedFor> = [];
	await edit(configPath, clock, async (books) => {
		for (const path of [configPath, ledgerOf(configPath)]) await removeUnfinished(path);
		stored = storedFor(books.ledger, step, clock.now());
		return release(books, step, clock.now());
	});
	for (const { host, store } of stored) await run(`docker-credential-${store}`, ['erase'], { stdin: host, env });
}

interface Books {
	readonly config: DockerConfig;
	readonly ledger: Ledger;
}

function ledgerOf(configPath: string): string {
	return `${configPath}.ecr-pipeline.json`;
}

/** Reads configuration and ledger, changes both, writes what has changed; all of it under one lock. */
async function edit(configPath: string, clock: Clock, change: (books: Books) => Promise<Books>): Promise<void> {
	const ledgerPath = ledgerOf(configPath);
	await withLock(configPath, clock, async () => {
		const found = await readJson<DockerConfig>(configPath);
		const before = {
			config: found ?? {},
			ledger: (await readJson<Ledger>(ledgerPath)) ?? { created: found === undefined, hosts: {} },
		};
		const { config, ledger } = await change(before);
		// The ledger first: with it, a process that is killed in between can be cleaned up after.
		if (Object.keys(ledger.hosts).length > 0) await writeJson(ledgerPath, ledger);
		if (ledger.created && Object.keys(config).length === 0) await rm(configPath, { force: true });
		else if (JSON.stringify(config) !== JSON.stringify(found)) await writeJson(configPath, config);
		if (Object.keys(ledger.hosts).length === 0) await rm(ledgerPath, { force: true });
	});
}

/** A helper or store of the user's own; ours gives way to a password. */
function configuredHelper({ credHelpers, credsStore }: DockerConfig, registry: string): string | undefined {
	const helper = credHelpers?.[registry];
	return helper === HELPER_NAME ? undefined : (helper ?? credsStore);
}

async function readJson<T>(path: string): Promise<T | undefined> {
	const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
		if (error.code === 'ENOENT') return undefined;
		throw error;
	});
	if (text === undefined) return undefined;
	try {
		return JSON.parse(text) as T;
	} catch (cause) {
		throw new PipelineError({
			code: 'environment',
			attempted: `Could not read Docker's configuration ${path}`,
			answer: 'it is not JSON',
			fix: 'Mend or remove the file.',
			cause,
		});
	}
}

async function writeJson(path: string, value: object): Promise<void> {
	await writeFileAtomically(path, `${JSON.stringify(value, null, '\t')}\n`, 0o600);
}

async function storeWithHelper(
	helper: string,
	login: Omit<DockerLogin, 'expiresAt'>,
	configPath: string,
	{ env, run, log }: World,
): Promise<boolean> {
	const stdin = JSON.stringify({ ServerURL: login.registry, Username: login.username, Secret: login.password });
	const command = `docker-credential-${helper}`;
	const { exitCode, stdout } = await run(command, ['store'], { stdin, env }).catch((cause: unknown) => {
		throw new PipelineError({
			code: 'environment',
			attempted: `Docker's configuration ${configPath} names ${command} for ${login.registry}`,
			answer: messageOf(cause),
			fix: 'Install it, take it out of the configuration, or set docker-auth: helper.',
			cause,
		});
	});
	if (exitCode !== 0) {
		log.warning(
			`${command}, which Docker's configuration names for ${login.registry}, did not store the login (${stdout.trim()}): Docker will use what that helper has of its own.`,
		);
	}
	return exitCode === 0;
}
