import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { type Context, PipelineError } from '@ecr-pipeline/core';
import { configuredName } from './docker-hub.ts';

export interface RegistryCredentials {
	readonly username: string;
	readonly password: string;
}

interface DockerConfig {
	readonly auths?: Readonly<Record<string, { readonly auth?: string; readonly identitytoken?: string }>>;
	readonly credHelpers?: Readonly<Record<string, string>>;
	readonly credsStore?: string;
}

/** The path of Docker's configuration file, as the docker command finds it. */
export function dockerConfigPath(env: Context['env']): string {
	return join(env.DOCKER_CONFIG || join(env.HOME || homedir(), '.docker'), 'config.json');
}

/**
 * The credentials that Docker's configuration has for a host, in Docker's own order: `credHelpers`, `credsStore`,
 * `auths` (docker/cli, cli/config/configfile). Undefined when it has none.
 */
export async function dockerCredentials(
	host: string,
	context: Pick<Context, 'env' | 'run'>,
): Promise<RegistryCredentials | undefined> {
	const config = await readDockerConfig(dockerConfigPath(context.env));
	const name = configuredName(host);
	const helper = config.credHelpers?.[name] ?? config.credHelpers?.[host] ?? config.credsStore;
	const fromHelper = helper === undefined ? undefined : await askHelper(helper, name, context);
	if (fromHelper !== undefined) return fromHelper;
	const entry = config.auths?.[name] ?? config.auths?.[`https://${host}`] ?? config.auths?.[`http://${host}`];
	if (entry?.auth === undefined || entry.auth === '') return undefined;
	const decoded = Buffer.from(entry.auth, 'base64').toString('utf8');
	const colon = decoded.indexOf(':');
	return colon === -1 ? undefined : { username: decoded.slice(0, colon), password: decoded.slice(colon + 1) };
}

async function readDockerConfig(path: string): Promise<DockerConfig> {
	const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
		if (error.code === 'ENOENT') return '{}';
		throw error;
	});
	try {
		return JSON.parse(text) as DockerConfig;
	} catch (cause) {
		throw new PipelineError({
			code: 'environment',
			attempted: `Could not read Docker's configuration ${path}`,
			answer: 'it is not JSON',
			cause,
		});
	}
}

// docker/docker-credential-helpers: `get` reads the host on stdin; no credentials is exit 1 with this text on stdout.
const NONE = /credentials not found in native keychain/;

async function askHelper(
	helper: string,
	host: string,
	{ env, run }: Pick<Context, 'env' | 'run'>,
): Promise<RegistryCredentials | undefined> {
	const name = `docker-credential-${helper}`;
	const { exitCode, stdout } = await run(name, ['get'], { stdin: host, env });
	if (exitCode !== 0) {
		if (NONE.test(stdout)) return undefined;
		throw new PipelineError({
			code: 'environment',
			attempted: `Could not get the credentials for ${host} from ${name}`,
			answer: stdout || `exit code ${exitCode}`,
		});
	}
	const answer = JSON.parse(stdout) as { Username?: string; Secret?: string };
	if (!answer.Username || !answer.Secret) return undefined;
	return { username: answer.Username, password: answer.Secret };
}
