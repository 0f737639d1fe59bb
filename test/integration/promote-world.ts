import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import {
	type Context,
	createContext,
	createInputs,
	createRunner,
	type Digest,
	digestOf,
	systemClock,
} from '@ecr-pipeline/core';
import { LOGINS_VARIABLE, type Login, openRegistries } from '@ecr-pipeline/ecr';
import { schemaProblems } from '@ecr-pipeline/findings';
import { type LocalEcr, startLocalEcr } from '@ecr-pipeline/local-ecr';
import { action } from '@ecr-pipeline/promote-by-digest';
import {
	type Descriptor,
	type ImageRepository,
	type Manifest,
	manifestFromBytes,
	OCI_INDEX,
	OCI_MANIFEST,
} from '@ecr-pipeline/registry';
import { ROOT } from './world.ts';

export const BUILD = '111111111111';
export const PRODUCTION = '222222222222';
export const REGION = 'eu-central-1';
export const OTHER_REGION = 'us-east-1';

/** An image in memory: its manifests, children first, and its blobs. */
export interface TestImage {
	readonly root: Manifest;
	readonly manifests: readonly Manifest[];
	readonly blobs: ReadonlyMap<Digest, Buffer>;
}

export interface Ran {
	/** Undefined when it went well. */
	readonly error?: string;
	readonly outputs: Readonly<Record<string, unknown>>;
	readonly images: readonly Readonly<Record<string, unknown>>[];
	readonly summary: string;
	readonly lines: readonly string[];
	/** How often each operation was called. */
	readonly counts: Readonly<Record<string, number>>;
}

export interface World {
	readonly ecr: LocalEcr;
	readonly directory: string;
	/** Hosts of the registries of the two accounts. */
	readonly build: string;
	readonly production: string;
	/** Makes repositories be there; an object is one as in a seed. */
	create(account: string, ...repositories: readonly (string | object)[]): Promise<void>;
	/** A repository as a login of its account sees it. */
	repository(host: string, name: string): Promise<ImageRepository>;
	/** Calls the ECR API as a user of the account, in the region of the test. */
	call(account: string, operation: string, input: object): Promise<void>;
	/** Runs the action as the runner would, in this process. */
	run(inputs: Readonly<Record<string, string>>, options?: RunOptions): Promise<Ran>;
	/** What the runner would start the action's process with. */
	environment(inputs: Readonly<Record<string, string>>): Readonly<Record<string, string>>;
	/** Writes a file into the workspace. */
	file(name: string, content: string): string;
	close(): Promise<void>;
}

export interface RunOptions {
	readonly env?: Readonly<Record<string, string>>;
	readonly context?: Partial<Context>;
	/** Instead of the logins of the two accounts. */
	readonly logins?: readonly Login[];
}

const SCHEMA = JSON.parse(readFileSync(join(ROOT, 'schemas/promote-by-digest-result.schema.json'), 'utf8')) as object;

/** A local ECR with a build and a production account that a job is logged in to. */
export async function startWorld(seed: object = {}, options: { readonly enforceIam?: boolean } = {}): Promise<World> {
	const before = { ...process.env };
	const directory = mkdtempSync(join(tmpdir(), 'promote-'));
	const ecr = await startLocalEcr({ account: BUILD, region: REGION, seeds: [JSON.stringify(seed)], ...options });
	const {
		AWS_ENDPOINT_URL = '',
		ACTIONS_ID_TOKEN_REQUEST_URL = '',
		ACTIONS_ID_TOKEN_REQUEST_TOKEN = '',
	} = ecr.environment();
	// The SDK reads the endpoint from the process, whatever the context's environment says.
	Object.assign(process.env, { AWS_ENDPOINT_URL });
	const build = (await ecr.registry(BUILD, REGION)).host;
	const production = (await ecr.registry(PRODUCTION, REGION)).host;
	const logins = [loginTo(build, BUILD), loginTo(production, PRODUCTION)];
	const environment = (extra: Readonly<Record<string, string>>, recorded: readonly Login[]) => {
		const record = join(directory, `logins-${Math.random()}.json`);
		writeFileSync(record, JSON.stringify({ version: 2, logins: recorded }));
		return {
			AWS_ENDPOINT_URL,
			ACTIONS_ID_TOKEN_REQUEST_URL,
			ACTIONS_ID_TOKEN_REQUEST_TOKEN,
			HOME: directory,
			RUNNER_TEMP: directory,
			GITHUB_WORKSPACE: directory,
			[LOGINS_VARIABLE]: record,
			...extra,
		};
	};
	return {
		ecr,
		directory,
		build,
		production,
		create: (account, ...repositories) =>
			ecr.seed(JSON.stringify({ registries: [{ account, region: REGION, repositories }] })),
		async repository(registry, repository) {
			const env = environment({}, logins);
			// What a test prepares is not held back by rate limits.
			const clock = { now: systemClock.now, sleep: async () => undefined };
			const context = { ...createContext(createRunner(env, () => undefined)), clock };
			return (await openRegistries(context)).repository({ registry, repository });
		},
		async call(account, operation, input) {
			const credential = `AKIA${account}TEST/20260101/${REGION}/ecr/aws4_request`;
			const response = await fetch(AWS_ENDPOINT_URL, {
				method: 'POST',
				headers: {
					'content-type': 'application/x-amz-json-1.1',
					'x-amz-target': `AmazonEC2ContainerRegistry_V20150921.${operation}`,
					authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host, Signature=0`,
				},
				body: JSON.stringify(input),
			});
			if (!response.ok) throw new Error(`${operation}: ${await response.text()}`);
		},
		async run(inputs, { env = {}, context = {}, logins: recorded = logins } = {}) {
			const lines: string[] = [];
			const runner = createRunner(environment({ ...asVariables(inputs), ...env }, recorded), (text) =>
				lines.push(...text.split('\n')),
			);
			const last = ecr.requests().at(-1)?.id ?? 0;
			const finish = (outputs: Readonly<Record<string, unknown>>, summary: string, error?: unknown): Ran => {
				const counts: Record<string, number> = {};
				for (const { operation } of ecr.requests(last)) counts[operation] = (counts[operation] ?? 0) + 1;
				const images = (outputs.images ?? []) as Ran['images'];
				return {
					outputs,
					images,
					summary,
					lines,
					counts,
					...(error === undefined ? {} : { error: String((error as Error).message) }),
				};
			};
			try {
				const read = createInputs(runner.env);
				const input = action.readInputs(read, runner.env);
				read.finish();
				// A clock of its own for each run: the rate limits of one must not slow the next.
				const result = await action.run(input, { ...createContext(runner), clock: { ...systemClock }, ...context });
				const outputs = action.outputs(result);
				const problems = schemaProblems(SCHEMA, JSON.parse(JSON.stringify(outputs.result)));
				if (problems.length > 0) throw new Error(`The result is not as its schema says: ${JSON.stringify(problems)}`);
				return finish(outputs, action.summary(result));
			} catch (error) {
				return finish({}, '', error);
			}
		},
		environment: (inputs) => environment(asVariables(inputs), logins),
		file(name, content) {
			const path = join(directory, name);
			writeFileSync(path, content);
			return path;
		},
		async close() {
			process.env = before;
			await ecr.close();
			rmSync(directory, { recursive: true });
		},
	};
}

function asVariables(inputs: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
	return Object.fromEntries(Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]));
}

/** A login as the login step writes it down, for a user of the account who may do everything. */
export function loginTo(registry: string, accountId: string, region = REGION): Login {
	return {
		step: 'test',
		registry,
		protocol: 'http:',
		accountId,
		region,
		registryCredentialsExpire: '',
		session: {
			accessKeyId: `AKIA${accountId}TEST`,
			secrets: { secretAccessKey: 'local', sessionToken: 'local' },
			expiration: '2100-01-01T00:00:00Z',
			request: {
				region,
				role: `arn:aws:iam::${accountId}:role/test`,
				audience: '',
				sessionName: '',
				durationSeconds: 3600,
				tags: {},
				transitiveTagKeys: [],
				chain: [],
				policyArns: [],
			},
		},
	};
}

/** An odd spacing, so that a copy that serialises anew is found out by the digest. */
export function manifestOf(value: object): Manifest {
	return manifestFromBytes(Buffer.from(`${JSON.stringify(value, undefined, 3)}\n`), undefined);
}

export function describeManifest(manifest: Manifest, more: object = {}): Descriptor {
	return { mediaType: manifest.mediaType, digest: manifest.digest, size: manifest.bytes.length, ...more };
}

/** An image of some platforms that share a layer; each with an attestation manifest, as BuildKit makes it, when asked for. */
export function platformImage(name: string, platforms: readonly string[], { attested = false } = {}): TestImage {
	const blobs = new Map<Digest, Buffer>();
	const blob = (mediaType: string, text: string): Descriptor => {
		const bytes = Buffer.from(text);
		blobs.set(digestOf(bytes), bytes);
		return { mediaType, digest: digestOf(bytes), size: bytes.length };
	};
	const image = (config: object, layers: readonly Descriptor[]): Manifest =>
		manifestOf({
			schemaVersion: 2,
			mediaType: OCI_MANIFEST,
			config: blob('application/vnd.oci.image.config.v1+json', JSON.stringify(config)),
			layers,
		});
	const shared = blob('application/vnd.oci.image.layer.v1.tar', `shared by all of ${name}`);
	const manifests: Manifest[] = [];
	const entries: Descriptor[] = [];
	for (const platform of platforms) {
		const [os = '', architecture = '', variant] = platform.split('/');
		const own = blob('application/vnd.oci.image.layer.v1.tar', `${name} for ${platform}`);
		const manifest = image({ os, architecture, name }, [shared, own]);
		manifests.push(manifest);
		entries.push(
			describeManifest(manifest, { platform: { os, architecture, ...(variant === undefined ? {} : { variant }) } }),
		);
		if (!attested) continue;
		const attestation = image({ os: 'unknown', architecture: 'unknown', platform }, [
			blob('application/vnd.in-toto+json', `attestation of ${name} for ${platform}`),
		]);
		manifests.push(attestation);
		entries.push(
			describeManifest(attestation, {
				annotations: {
					'vnd.docker.reference.digest': manifest.digest,
					'vnd.docker.reference.type': 'attestation-manifest',
				},
				platform: { os: 'unknown', architecture: 'unknown' },
			}),
		);
	}
	const root = manifestOf({ schemaVersion: 2, mediaType: OCI_INDEX, manifests: entries });
	return { root, manifests: [...manifests, root], blobs };
}

/** The smallest image: one manifest, whose only blob all images of this kind share. */
export function plainImage(name: string): TestImage {
	const config = Buffer.from('{"os":"linux","architecture":"amd64"}');
	const descriptor = {
		mediaType: 'application/vnd.oci.image.config.v1+json',
		digest: digestOf(config),
		size: config.length,
	};
	const root = manifestOf({
		schemaVersion: 2,
		mediaType: OCI_MANIFEST,
		config: descriptor,
		layers: [],
		annotations: { name },
	});
	return { root, manifests: [root], blobs: new Map([[descriptor.digest, config]]) };
}

/** A referrer of a manifest, with one layer of its own. */
export function referrerOf(subject: Manifest, text: string, artifactType = 'application/vnd.example.sbom'): TestImage {
	const bytes = [Buffer.from('{}'), Buffer.from(text)] as const;
	const [config, layer] = bytes.map((one) => ({ digest: digestOf(one), size: one.length }));
	const root = manifestOf({
		schemaVersion: 2,
		mediaType: OCI_MANIFEST,
		artifactType,
		config: { mediaType: 'application/vnd.oci.empty.v1+json', ...config },
		layers: [{ mediaType: artifactType, ...layer }],
		subject: describeManifest(subject),
		annotations: { text },
	});
	return { root, manifests: [root], blobs: new Map(bytes.map((one) => [digestOf(one), one])) };
}

/** Puts an image where it is to be promoted from. */
export async function push(
	repository: ImageRepository,
	image: TestImage,
	...tags: readonly string[]
): Promise<Manifest> {
	for (const [digest, bytes] of image.blobs)
		await repository.putBlob(
			{ mediaType: '', digest, size: bytes.length },
			{ source: 'test', expectUpload: true, locate: async () => async () => Readable.from([bytes]) },
		);
	for (const manifest of image.manifests) await repository.putManifest(manifest);
	for (const tag of tags) await repository.putManifest(image.root, tag);
	return image.root;
}
