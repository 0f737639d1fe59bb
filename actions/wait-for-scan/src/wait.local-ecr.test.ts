import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Context, createContext, createRunner, type Digest } from '@ecr-pipeline/core';
import { openRegistries } from '@ecr-pipeline/ecr';
import { type LocalEcr, startLocalEcr } from '@ecr-pipeline/local-ecr';
import { copyBelow, openOciLayout } from '@ecr-pipeline/registry';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { failureOf } from './failure.ts';
import type { WaitInputs } from './inputs.ts';
import { DEFAULT_INPUTS } from './scan-player.fixture.ts';
import { type WaitResult, waitForScan } from './wait.ts';

// An index of linux/amd64 and linux/arm64.
const LAYOUT = fileURLToPath(new URL('../../../examples/hello/layout', import.meta.url));
const environment = { ...process.env };

let ecr: LocalEcr;
let directory: string;
let context: Context;
let host: string;
let output: string;

beforeEach(async () => {
	ecr = await startLocalEcr({ region: 'eu-central-1', seeds: [JSON.stringify({ scans: { seconds: 1 } })] });
	directory = await mkdtemp(join(tmpdir(), 'wait-for-scan-'));
	host = (await ecr.registry()).host;
	output = '';
	const env = { ...ecr.environment(), RUNNER_TEMP: directory };
	// The SDK finds endpoint and credentials in the environment of the process.
	Object.assign(process.env, env);
	context = createContext(
		createRunner(env, (text) => {
			output += text;
		}),
	);
});

afterEach(async () => {
	process.env = { ...environment };
	await ecr.close();
	await rm(directory, { recursive: true });
});

async function push(repository: string): Promise<Digest> {
	const layout = await openOciLayout(LAYOUT, directory);
	const target = await (await openRegistries(context)).repository({ registry: host, repository });
	await copyBelow(layout, layout.root, target, { concurrency: 4 });
	await target.putManifest(layout.root, 'v1');
	return layout.root.digest;
}

interface World {
	readonly scanning?: object;
	readonly scanOnPush?: boolean;
	readonly findings?: readonly object[];
	readonly steps?: readonly object[];
}

/** Seeds a registry, pushes the image, and waits for its scan. */
async function pushAndWait(world: World, inputs: Partial<WaitInputs> = {}): Promise<WaitResult> {
	const { scanning, scanOnPush = true, findings = [], steps } = world;
	const repository = { name: 'team/app', scanOnPush };
	const registry = { repositories: [repository], ...(scanning === undefined ? {} : { scanning }) };
	const type = scanning === undefined ? 'basic' : 'enhanced';
	const rule = { type, findings, ...(steps === undefined ? {} : { steps }) };
	await ecr.seed(JSON.stringify({ registries: [registry], findings: [rule] }));
	const digest = await push('team/app');
	ecr.clearRequests();
	const image = { registry: host, repository: 'team/app', digest };
	return waitForScan({ ...DEFAULT_INPUTS, image, timeoutSeconds: 20, ...inputs }, context);
}

const asked = (operation: string): number =>
	ecr.requests().filter((entry) => entry.operation.endsWith(`:${operation}`)).length;
const document = async () => JSON.parse(await readFile(join(directory, 'findings.json'), 'utf8'));

const basicFinding = (name: string, severity: string) => ({
	name,
	severity,
	attributes: [
		{ key: 'package_name', value: 'openssl' },
		{ key: 'package_version', value: '3.0.1' },
	],
});

const enhancedFinding = (id: string, severity: string) => ({
	severity,
	title: id,
	fixAvailable: 'YES',
	packageVulnerabilityDetails: {
		vulnerabilityId: id,
		source: 'NVD',
		vulnerablePackages: [{ name: 'openssl', version: '3.0.1', packageManager: 'OS', fixedInVersion: '3.0.2' }],
	},
});

describe('basic scanning', () => {
	it('waits for the scan on push of both platforms', async () => {
		const findings = [basicFinding('CVE-2026-1', 'CRITICAL'), basicFinding('CVE-2026-2', 'LOW')];
		const result = await pushAndWait({ findings });
		expect(result).toMatchObject({ state: 'complete', known: { scanType: 'basic', counts: { critical: 1, low: 1 } } });
		expect(asked('StartImageScan')).toBe(0);
		expect(await document()).toMatchObject({
			image: `${host}/team/app@${result.digest}`,
			platforms: [
				{ platform: 'linux/amd64', status: 'complete' },
				{ platform: 'linux/arm64', status: 'complete' },
			],
			findings: [{ id: 'CVE-2026-1', platforms: ['linux/amd64', 'linux/arm64'] }, { id: 'CVE-2026-2' }],
		});
	});

	it('starts the scans where nothing else does, and uses them again on the same day', async () => {
		const first = await pushAndWait({ scanOnPush: false, findings: [basicFinding('CVE-2026-1', 'HIGH')] });
		expect(first.state).toBe('complete');
		expect(asked('StartImageScan')).toBe(2);
		const image = { registry: host, repository: 'team/app', tag: 'v1' };
		const again = await waitForScan({ ...DEFAULT_INPUTS, image, startScan: 'always' }, context);
		expect(again).toMatchObject({ state: 'complete', digest: first.digest, tag: 'v1', known: { counts: { high: 1 } } });
		expect(output).toContain('LimitExceededException');
		expect(asked('StartImageScan')).toBe(4);
		expect(again.waitedMilliseconds).toBeLessThan(2000);
	});

	it('fails on a scan that failed, with its description', async () => {
		const description = "UnsupportedImageError: The operating system 'amzn' version '2022' is not supported.";
		const result = await pushAndWait({ steps: [{ status: 'FAILED', description }] });
		expect(result.state).toBe('unsupported');
		expect(failureOf(result)?.message).toContain("version '2022'");
	});
});

describe('enhanced scanning', () => {
	const scanning = { type: 'ENHANCED', rules: [{ frequency: 'CONTINUOUS_SCAN', filters: ['*'] }] };
	const findings = Array.from({ length: 30 }, (_, index) => enhancedFinding(`CVE-2026-${index}`, 'MEDIUM'));

	it('does not believe ACTIVE before Inspector has scanned, and reads all that arrives late', async () => {
		const steps = [
			{ status: 'PENDING', seconds: 1 },
			{ status: 'ACTIVE', seconds: 2, findings: 0 },
			{ status: 'ACTIVE', seconds: 2, findings: 7 },
			{ status: 'ACTIVE' },
		];
		const result = await pushAndWait({ scanning, findings, steps });
		expect(result).toMatchObject({ state: 'complete', known: { scanType: 'enhanced', counts: { medium: 30 } } });
		expect(asked('StartImageScan')).toBe(0);
		expect(asked('ListCoverage')).toBeGreaterThan(0);
	});

	it('passes a clean image within seconds', async () => {
		const result = await pushAndWait({ scanning, steps: [{ status: 'ACTIVE' }] });
		expect(result).toMatchObject({ state: 'complete', known: { counts: { total: 0 } } });
		expect(result.waitedMilliseconds).toBeLessThan(5000);
	});

	it('says at once that no rule covers the repository', async () => {
		const other = { type: 'ENHANCED', rules: [{ frequency: 'SCAN_ON_PUSH', filters: ['other/*'] }] };
		const result = await pushAndWait({ scanning: other });
		expect(result.state).toBe('off');
		expect(result.waitedMilliseconds).toBeLessThan(2000);
		expect(failureOf(result)?.message).toContain('no rule of it covers the repository');
	});
});

it('says of a registry that is no ECR that it has no scans', async () => {
	const image = { registry: 'registry.example.com', repository: 'team/app', tag: 'v1' };
	await expect(waitForScan({ ...DEFAULT_INPUTS, image }, context)).rejects.toThrow(
		/not a private registry of Amazon ECR/,
	);
});

it('says of a repository that does not exist how to create it', async () => {
	const image = { registry: host, repository: 'team/none', tag: 'v1' };
	await expect(waitForScan({ ...DEFAULT_INPUTS, image }, context)).rejects.toThrow(/create-repository/);
});
