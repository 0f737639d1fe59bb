import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from '@jest/globals';
// @ts-expect-error plain JavaScript, which the benchmarks and the conformance suite share
import { findPeer } from '../peers/peers.mjs';
import { type Executed, execute } from './command.ts';
import { type Job, LAYOUT, ROOT } from './world.ts';

type Command = readonly string[];
interface Client {
	readonly name: string;
	/** Writes an image: commands in turn, of which only the last speaks to the registry. */
	readonly push: (image: string, context: string) => readonly Command[];
	/** Asks the registry for an image. */
	readonly read: (image: string) => Command;
}

const CONTEXT = join(ROOT, 'examples', 'hello');
const INDEX = 'sha256:f2426eb9448c4bc8ded7a21e55217c82a777de0ad2fb0259e2cf6130775c3e67';
/** A store of its own for each call, so that buildah has to ask the registry. */
const buildah = (): Command => {
	const store = mkdtempSync(join(tmpdir(), 'buildah-'));
	return ['--root', join(store, 'root'), '--runroot', join(store, 'run'), '--storage-driver', 'vfs'];
};

/** What reads Docker's configuration, by the command that it is called with. */
export const CLIENTS: readonly Client[] = [
	{
		name: 'skopeo',
		push: (image) => [['copy', '--all', '--dest-tls-verify=false', `oci:${LAYOUT}`, `docker://${image}`]],
		read: (image) => ['inspect', '--raw', '--tls-verify=false', `docker://${image}`],
	},
	{
		name: 'crane',
		push: (image) => [['push', '--insecure', '--index', LAYOUT, image]],
		read: (image) => ['digest', '--insecure', image],
	},
	{
		name: 'oras',
		push: (image) => [['cp', '--from-oci-layout', `${LAYOUT}@${INDEX}`, '--to-plain-http', image]],
		read: (image) => ['manifest', 'fetch', '--plain-http', image],
	},
	{
		name: 'buildah',
		push(image, context) {
			const store = buildah();
			return [
				[...store, 'build', '--isolation', 'chroot', '--tag', image, context],
				[...store, 'push', '--tls-verify=false', image],
			];
		},
		read: (image) => [...buildah(), 'pull', '--tls-verify=false', image],
	},
	{
		name: 'docker',
		push: (image, context) => [
			['build', '--tag', image, context],
			['push', image],
		],
		read: (image) => ['pull', image],
	},
	{
		name: 'docker-buildx',
		push: (image, context) => [['build', '--push', '--provenance=false', '--tag', image, context]],
		read: (image) => ['imagetools', 'inspect', image],
	},
];

/** A client that is there, as a step of a job uses it. */
export interface FoundClient {
	/** @param context what to build, where the client builds; the hello image in its absence */
	push(job: Job, image: string, context?: string): Promise<Executed>;
	read(job: Job, image: string): Promise<Executed>;
}

/** A client; undefined where it cannot be had, which is said once, for its tests to be skipped. */
export async function findClient({ name, push, read }: Client): Promise<FoundClient | undefined> {
	const found = await findPath(name);
	if ('missing' in found) {
		process.stderr.write(`not to be had: ${name}: ${found.missing}\n`);
		return undefined;
	}
	return {
		async push(job, image, context = CONTEXT) {
			const commands = push(image, context);
			for (const command of commands.slice(0, -1))
				expect(await use(job, found.path, command)).toMatchObject({ exitCode: 0 });
			return use(job, found.path, commands.at(-1) ?? []);
		},
		read: (job, image) => use(job, found.path, read(image)),
	};
}

async function findPath(name: string): Promise<{ path: string } | { missing: string }> {
	if (name.startsWith('docker') && spawnSync('docker', ['version'], { stdio: 'ignore' }).status !== 0)
		return { missing: 'no Docker daemon answers' };
	return (await findPeer(name)) as { path: string } | { missing: string };
}

/** Takes out of the machine's daemon what the tests have put there: the images of a registry. */
export function forgetImages(host: string): void {
	const options = { encoding: 'utf8' } as const;
	const { stdout } = spawnSync('docker', ['images', '--format', '{{.Repository}}:{{.Tag}}'], options);
	const images = (stdout ?? '').split('\n').filter((image) => image.startsWith(`${host}/`));
	if (images.length > 0) spawnSync('docker', ['rmi', '--force', ...images], options);
}

/** Later steps read only Docker's configuration: no AWS credentials, no other file with logins. */
function use(job: Job, path: string, commandArguments: Command): Promise<Executed> {
	const env = {
		...process.env,
		...job.variables,
		XDG_RUNTIME_DIR: job.directory,
		BUILDX_CONFIG: join(job.directory, 'buildx'),
		AWS_ACCESS_KEY_ID: '',
		AWS_SECRET_ACCESS_KEY: '',
	};
	return execute(path, commandArguments, env);
}
