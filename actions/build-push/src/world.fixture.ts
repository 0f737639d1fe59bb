import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import {
	type CommandResult,
	type Context,
	createContext,
	createInputs,
	createRunner,
	type Digest,
	digestOf,
	type RunCommand,
} from '@ecr-pipeline/core';
import { openRegistries } from '@ecr-pipeline/ecr';
import { type ImageRepository, type Manifest, manifestFromBytes, OCI_MANIFEST } from '@ecr-pipeline/registry';
import { build } from './build.ts';
import { readInputs } from './inputs.ts';
import type { BuildResult } from './result.ts';

/** An index of linux/amd64 and linux/arm64. */
export const LAYOUT = fileURLToPath(new URL('../../../examples/hello/layout', import.meta.url));
const HELLO = fileURLToPath(new URL('../../../examples/hello', import.meta.url));

/** What the world needs of a local ECR. */
export interface Registry {
	readonly host: string;
	readonly environment: Readonly<Record<string, string>>;
	/** The SDK finds endpoint and credentials in the environment of the process. */
	readonly enter: (env: Readonly<Record<string, string>>) => void;
}

/** A job that runs the action against a registry, with a docker command that pushes real images to it. */
export interface World {
	readonly directory: string;
	readonly docker: FakeDocker;
	/** Everything that the step has printed. */
	readonly printed: () => string;
	repository(name: string): Promise<ImageRepository>;
	/** Runs the action on these inputs; the registry and a context are given where they are not. */
	step(inputs: Readonly<Record<string, string>>, env?: Readonly<Record<string, string>>): Promise<BuildResult>;
	close(): Promise<void>;
}

export interface FakeDocker {
	/** What is installed. */
	has: 'nothing' | 'docker' | 'buildx';
	/** What is in the next image: another text is another image. */
	content: string;
	/** Called while a build runs. */
	onBuild: (commandArguments: readonly string[]) => Promise<void>;
	/** All commands that were run. */
	readonly commands: string[][];
}

export async function openWorld({ host, environment, enter }: Registry): Promise<World> {
	const directory = await mkdtemp(join(tmpdir(), 'build-push-'));
	const printed: string[] = [];
	const docker: FakeDocker = { has: 'docker', content: 'one', onBuild: async () => undefined, commands: [] };
	const contextOf = (env: Readonly<Record<string, string>>): Context => {
		const all = { ...environment, RUNNER_TEMP: directory, ...env };
		enter(all);
		const real = createContext(createRunner(all, (text) => void printed.push(text)));
		return { ...real, run: fakeDocker(docker, (name) => repositoryOf(name, real)) };
	};
	const repositoryOf = async (name: string, context: Context): Promise<ImageRepository> =>
		(await openRegistries(context)).repository({ registry: host, repository: name });
	return {
		directory,
		docker,
		printed: () => printed.join(''),
		repository: (name) => repositoryOf(name, contextOf({})),
		async step(given, env = {}) {
			const named: Record<string, string> = { registry: host, ...given };
			const prebuilt = 'oci-layout' in given || 'merge' in given;
			if (!prebuilt) named.context ??= HELLO;
			const variables = Object.entries(named).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]);
			const inputs = createInputs(Object.fromEntries(variables) as Record<string, string>);
			const input = readInputs(inputs, {});
			inputs.finish();
			return build(input, contextOf({ ...Object.fromEntries(variables), ...env }));
		},
		close: () => rm(directory, { recursive: true }),
	};
}

type OpenRepository = (name: string) => Promise<ImageRepository>;

function fakeDocker(docker: FakeDocker, open: OpenRepository): RunCommand {
	const ok = (stdout = ''): CommandResult => ({ exitCode: 0, stdout, stderr: '' });
	const failed: CommandResult = { exitCode: 1, stdout: '', stderr: 'docker: unknown command' };
	return async (command, commandArguments) => {
		docker.commands.push([command, ...commandArguments]);
		const [first, second = ''] = commandArguments;
		if (command !== 'docker' || docker.has === 'nothing') return failed;
		if (first === 'version') return ok('27.0.0');
		if (first === 'buildx' && docker.has !== 'buildx') return failed;
		if (first === 'buildx' && second === 'version') return ok('github.com/docker/buildx v0.30.0 abc');
		if (first === 'buildx' && second === 'inspect') return ok('Name: b\nDriver: docker-container\n');
		if (first === 'buildx') return ok(await buildAndPush(docker, commandArguments, open));
		if (first === 'build') {
			await docker.onBuild(commandArguments);
			const { config } = imageOf(docker.content);
			await writeFile(valueOfFlag(commandArguments, '--iidfile'), digestOf(config));
		}
		if (first === 'push') return ok(await push(docker, second, open));
		return ok();
	};
}

async function buildAndPush(
	docker: FakeDocker,
	commandArguments: readonly string[],
	open: OpenRepository,
): Promise<string> {
	await docker.onBuild(commandArguments);
	const output = valueOfFlag(commandArguments, '--output');
	const [, name = ''] = /"name=[^/]+\/([^"]+)"/.exec(output) ?? [];
	const manifest = await put(await open(name), docker.content);
	const metadata = { 'containerimage.digest': manifest.digest };
	await writeFile(valueOfFlag(commandArguments, '--metadata-file'), JSON.stringify(metadata));
	return '';
}

async function push(docker: FakeDocker, name: string, open: OpenRepository): Promise<string> {
	const [, repository = '', tag = ''] = /^[^/]+\/(.+):([^:]+)$/.exec(name) ?? [];
	const { digest } = await put(await open(repository), docker.content, tag);
	return `${tag}: digest: ${digest} size: 1`;
}

function valueOfFlag(commandArguments: readonly string[], name: string): string {
	return commandArguments[commandArguments.indexOf(name) + 1] ?? '';
}

function imageOf(content: string): { config: Buffer; layer: Buffer; manifest: Manifest } {
	const layer = Buffer.from(`layer of ${content}`);
	const config = Buffer.from(JSON.stringify({ os: 'linux', architecture: 'amd64', content }));
	const describe = (mediaType: string, bytes: Buffer) => ({ mediaType, digest: digestOf(bytes), size: bytes.length });
	const value = {
		schemaVersion: 2,
		mediaType: OCI_MANIFEST,
		config: describe('application/vnd.oci.image.config.v1+json', config),
		layers: [describe('application/vnd.oci.image.layer.v1.tar', layer)],
	};
	return { config, layer, manifest: manifestFromBytes(Buffer.from(JSON.stringify(value)), OCI_MANIFEST) };
}

/** The digest that an image of this content has. */
export function digestOfContent(content: string): Digest {
	return imageOf(content).manifest.digest;
}

/** Puts a one-platform image into a repository. */
export async function put(target: ImageRepository, content: string, tag?: string): Promise<Manifest> {
	const { config, layer, manifest } = imageOf(content);
	for (const bytes of [config, layer]) {
		const blob = { mediaType: 'application/octet-stream', digest: digestOf(bytes), size: bytes.length };
		await target.putBlob(blob, {
			expectUpload: true,
			source: 'test',
			locate: async () => async () => Readable.from([bytes]),
		});
	}
	await target.putManifest(manifest, tag);
	return manifest;
}
