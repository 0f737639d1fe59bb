import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { Agent } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import {
	DescribeImageScanFindingsCommand,
	DescribeRepositoriesCommand,
	ECRClient,
	type ECRClientConfig,
	GetAuthorizationTokenCommand,
} from '@aws-sdk/client-ecr';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { pushImage, registryAt } from '../../test/support.ts';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
const execute = promisify(execFile);
// Each test starts npm several times.
jest.setTimeout(90_000);
let directory: string;

beforeAll(async () => {
	directory = await mkdtemp(join(tmpdir(), 'local-ecr-npx-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

type Environment = Readonly<Record<string, string>>;

interface Npx {
	readonly environment: Environment;
	/** Ends npx alone, as `kill` does. @returns when the server has ended too */
	readonly stop: () => Promise<void>;
	/** Ends them all, with no chance to save anything. */
	readonly crash: () => Promise<void>;
}

/** `npx local-ecr …` in the workspace, as the README has it: the bundle, by the name of its bin. */
async function npx(...options: string[]): Promise<Npx> {
	const child = spawn('npx', ['local-ecr', ...options], {
		cwd: ROOT,
		stdio: ['ignore', 'pipe', 'pipe'],
		detached: true,
	});
	let said = '';
	child.stderr.on('data', (data: Buffer) => {
		said += data;
	});
	const lines: string[] = [];
	for await (const line of createInterface({ input: child.stdout })) {
		if (line === 'ready') break;
		lines.push(line);
	}
	if (lines.length === 0) throw new Error(`npx local-ecr did not start: ${said}`);
	const environment = await exported(lines.join('\n'));
	const end = async (kill: () => unknown) => {
		// Its output is closed when the server ends, which holds the other end of it.
		const ended = once(child, 'close');
		kill();
		await ended;
	};
	return {
		environment,
		stop: () => end(() => child.kill()),
		crash: () => end(() => process.kill(-(child.pid ?? 0), 'SIGKILL')),
	};
}

/** What a shell has after `eval`. */
async function exported(script: string): Promise<Environment> {
	const { stdout } = await execute('sh', ['-c', 'eval "$1" && env', 'sh', script], { env: { PATH: process.env.PATH } });
	const all = stdout
		.trim()
		.split('\n')
		.map((line) => line.split(/=(.*)/s, 2) as [string, string]);
	return Object.fromEntries(all.filter(([name]) => /^(AWS|ACTIONS|NODE)_/.test(name)));
}

/** A client that knows nothing but that environment. */
function clientOf(environment: Environment, more: ECRClientConfig = {}): ECRClient {
	return new ECRClient({
		endpoint: environment.AWS_ENDPOINT_URL ?? '',
		region: environment.AWS_REGION ?? '',
		credentials: {
			accessKeyId: environment.AWS_ACCESS_KEY_ID ?? '',
			secretAccessKey: environment.AWS_SECRET_ACCESS_KEY ?? '',
		},
		maxAttempts: 1,
		...more,
	});
}

async function registryOf(environment: Environment) {
	const { authorizationData = [] } = await clientOf(environment).send(new GetAuthorizationTokenCommand({}));
	return registryAt(authorizationData[0]?.proxyEndpoint ?? '', authorizationData[0]?.authorizationToken ?? '');
}

async function freePort(): Promise<number> {
	const server = createServer().listen(0, '127.0.0.1');
	await once(server, 'listening');
	const { port } = server.address() as AddressInfo;
	server.close();
	await once(server, 'close');
	return port;
}

describe('npx local-ecr', () => {
	it('prints an environment that is all a client needs, and ends with its npx', async () => {
		const server = await npx('--port', '0');
		const { repositories } = await clientOf(server.environment).send(new DescribeRepositoriesCommand({}));
		const token = await fetch(server.environment.ACTIONS_ID_TOKEN_REQUEST_URL ?? '', {
			headers: { authorization: `Bearer ${server.environment.ACTIONS_ID_TOKEN_REQUEST_TOKEN}` },
		});
		await server.stop();

		expect(repositories).toEqual([]);
		expect(token.status).toBe(200);
		await expect(clientOf(server.environment).send(new DescribeRepositoriesCommand({}))).rejects.toThrow(
			'ECONNREFUSED',
		);
	});

	it('listens on --port, and says what to do when that is taken', async () => {
		const port = String(await freePort());
		const server = await npx('--port', port);
		const second = npx('--port', port);

		expect(server.environment.AWS_ENDPOINT_URL).toBe(`http://127.0.0.1:${port}`);
		await expect(second).rejects.toThrow(`port ${port} of 127.0.0.1 is taken by another program; --port`);
		await server.stop();
	});

	it('begins with what --seed says, and finds what it says in scans', async () => {
		const seed = join(directory, 'seed.yml');
		await writeFile(
			seed,
			[
				'repositories: [{name: app, scanOnPush: true, mutability: IMMUTABLE}]',
				'scans: {seconds: 0}',
				'findings:',
				'  - repository: app',
				'    findings: [{name: CVE-2024-1, severity: HIGH, uri: "https://example.org/CVE-2024-1"}]',
			].join('\n'),
		);
		const server = await npx('--port', '0', '--seed', seed);
		await pushImage(await registryOf(server.environment), 'app', 'v1');
		const client = clientOf(server.environment);
		const { repositories } = await client.send(new DescribeRepositoriesCommand({}));
		const { imageScanFindings } = await client.send(
			new DescribeImageScanFindingsCommand({ repositoryName: 'app', imageId: { imageTag: 'v1' } }),
		);
		await server.stop();

		expect(repositories).toMatchObject([{ repositoryName: 'app', imageTagMutability: 'IMMUTABLE' }]);
		expect(imageScanFindings?.findings).toMatchObject([{ name: 'CVE-2024-1', severity: 'HIGH' }]);
	});

	it('tells all that is wrong with a seed, and does not start', async () => {
		const seed = join(directory, 'wrong.yml');
		await writeFile(seed, 'repos: []\nrepositories: [{mutability: SOMETIMES}]');
		await expect(npx('--port', '0', '--seed', seed)).rejects.toThrow(/mutability must be one of.*repos is not known/s);
		await expect(npx('--port', '0', '--seed', join(directory, 'absent.yml'))).rejects.toThrow('absent.yml');
	});

	it('has in --persist what was pushed before, also after a crash a moment later', async () => {
		const persist = join(directory, 'kept');
		const port = String(await freePort());
		const seed = join(directory, 'kept.yml');
		await writeFile(seed, 'repositories: [app]');
		const first = await npx('--port', port, '--persist', persist, '--seed', seed);
		const registry = await registryOf(first.environment);
		const { digest, manifest } = await pushImage(registry, 'app', 'v1');
		while (!(await readFile(join(persist, 'state.json'), 'utf8').catch(() => '')).includes(digest)) await sleep(20);
		await first.crash();
		const second = await npx('--port', port, '--persist', persist);
		// The password of before is still one.
		const pulled = await registry.send('GET', `/v2/app/manifests/${digest}`);
		const tagged = await registry.send('HEAD', '/v2/app/manifests/v1');
		await second.stop();

		expect(pulled.body.toString()).toBe(manifest);
		expect(tagged.headers['docker-content-digest']).toBe(digest);
	});

	it('speaks HTTPS with --tls, by the certificate that the environment names', async () => {
		const persist = join(directory, 'tls');
		const server = await npx('--port', '0', '--tls', '--persist', persist);
		const { AWS_CA_BUNDLE = '', AWS_ENDPOINT_URL = '', NODE_EXTRA_CA_CERTS } = server.environment;
		const httpsAgent = new Agent({ ca: await readFile(AWS_CA_BUNDLE, 'utf8') });
		const trusting = clientOf(server.environment, { requestHandler: { httpsAgent } });
		const { authorizationData } = await trusting.send(new GetAuthorizationTokenCommand({}));
		const others = clientOf(server.environment).send(new DescribeRepositoriesCommand({}));
		await expect(others).rejects.toThrow(/self-signed/);
		await server.stop();

		expect(authorizationData?.[0]?.proxyEndpoint).toBe(AWS_ENDPOINT_URL);
		expect([AWS_ENDPOINT_URL.slice(0, 8), NODE_EXTRA_CA_CERTS]).toEqual(['https://', AWS_CA_BUNDLE]);
		expect((await stat(join(persist, 'tls.key'))).mode & 0o777).toBe(0o600);
	});
});
