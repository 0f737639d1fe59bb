import { mkdir, open, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Context, messageOf, PipelineError, writeFileAtomically } from '@ecr-pipeline/core';
import { dockerConfigPath } from '@ecr-pipeline/registry';

/** What a login changed in Docker's configuration, and what was there before. It holds secrets. */
export interface DockerChange {
	readonly configPath: string;
	/** The file was not there before. */
	readonly created: boolean;
	/** Host → the entry of `auths` before; null where there was none. */
	readonly before: Readonly<Record<string, AuthEntry | null>>;
	/** Host → the entry that we wrote: only that one is taken out again. */
	readonly written: Readonly<Record<string, AuthEntry>>;
}

interface AuthEntry {
	readonly auth?: string;
}

interface DockerConfig {
	auths?: Record<string, AuthEntry>;
	readonly credHelpers?: Readonly<Record<string, string>>;
	readonly credsStore?: string;
}

export interface DockerLogin {
	readonly registry: string;
	readonly username: string;
	readonly password: string;
}

type World = Pick<Context, 'env' | 'run' | 'clock' | 'log' | 'mask'>;

/**
 * Logs Docker, and every tool that reads its configuration, in to the registries. A credential store or helper that is
 * configured for a host gets the password on stdin, as `docker login` would give it; else it goes straight into the
 * configuration file of mode 0600. `docker login` itself is not run: it would ask the registry once more.
 */
export async function logInDocker(logins: readonly DockerLogin[], world: World): Promise<DockerChange> {
	const configPath = dockerConfigPath(world.env);
	return withLock(configPath, world, async () => {
		const found = await readConfig(configPath);
		const config = found ?? {};
		const before: Record<string, AuthEntry | null> = {};
		const written: Record<string, AuthEntry> = {};
		for (const login of logins) {
			const helper = config.credHelpers?.[login.registry] ?? config.credsStore;
			if (helper !== undefined) {
				await storeWithHelper(helper, login, world);
				continue;
			}
			const auth = Buffer.from(`${login.username}:${login.password}`).toString('base64');
			world.mask(auth);
			before[login.registry] = config.auths?.[login.registry] ?? null;
			written[login.registry] = { auth };
		}
		if (Object.keys(written).length > 0)
			await writeConfig(configPath, { ...config, auths: { ...config.auths, ...written } });
		return { configPath, created: found === undefined, before, written };
	});
}

/** Puts back what was there before; an entry that somebody else has written since is left alone. */
export async function restoreDocker(
	{ configPath, created, before, written }: DockerChange,
	world: Pick<World, 'clock'>,
): Promise<void> {
	await withLock(configPath, world, async () => {
		const config = await readConfig(configPath);
		if (config === undefined) return;
		const auths = { ...config.auths };
		for (const [host, entry] of Object.entries(written)) {
			if (auths[host]?.auth !== entry.auth) continue;
			const earlier = before[host];
			if (earlier) auths[host] = earlier;
			else delete auths[host];
		}
		const empty = Object.keys(auths).length === 0 && Object.keys(config).every((key) => key === 'auths');
		if (created && empty) await rm(configPath);
		else await writeConfig(configPath, { ...config, auths });
	});
}

async function readConfig(path: string): Promise<DockerConfig | undefined> {
	const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
		if (error.code === 'ENOENT') return undefined;
		throw error;
	});
	if (text === undefined) return undefined;
	try {
		return JSON.parse(text) as DockerConfig;
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

async function writeConfig(path: string, config: DockerConfig): Promise<void> {
	await writeFileAtomically(path, `${JSON.stringify(config, null, '\t')}\n`, 0o600);
}

async function storeWithHelper(helper: string, login: DockerLogin, { env, run, log }: World): Promise<void> {
	const stdin = JSON.stringify({ ServerURL: login.registry, Username: login.username, Secret: login.password });
	const { exitCode, stdout } = await run(`docker-credential-${helper}`, ['store'], { stdin, env });
	if (exitCode !== 0) {
		log.warning(
			`docker-credential-${helper}, which Docker's configuration names for ${login.registry}, did not store the login (${stdout.trim()}): Docker will use what that helper has of its own.`,
		);
	}
}

const LOCK_WAIT = 10_000;
const LOCK_POLL = 50;

/** Several jobs of one self-hosted runner share the file; each changes it alone. */
async function withLock<T>(configPath: string, { clock }: Pick<World, 'clock'>, work: () => Promise<T>): Promise<T> {
	const lock = `${configPath}.ecr-pipeline.lock`;
	const deadline = clock.now() + LOCK_WAIT;
	await mkdir(dirname(configPath), { recursive: true, mode: 0o700 });
	for (;;) {
		try {
			await (await open(lock, 'wx', 0o600)).close();
			break;
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
			if (clock.now() > deadline) {
				throw new PipelineError({
					code: 'timeout',
					attempted: `Could not lock Docker's configuration ${configPath}`,
					answer: messageOf(error),
					fix: `If no other job is running, remove ${lock}.`,
				});
			}
			await clock.sleep(LOCK_POLL);
		}
	}
	try {
		return await work();
	} finally {
		await rm(lock, { force: true });
	}
}
