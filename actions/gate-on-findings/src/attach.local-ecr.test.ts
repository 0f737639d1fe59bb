import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Context, createContext, createInputs, createRunner, type Digest } from '@ecr-pipeline/core';
import { findVerdicts, openRegistries } from '@ecr-pipeline/ecr';
import { readVerdict } from '@ecr-pipeline/findings';
import { type LocalEcr, startLocalEcr } from '@ecr-pipeline/local-ecr';
import { copyBelow, type ImageRepository, openOciLayout } from '@ecr-pipeline/registry';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { action } from './action.ts';

const LAYOUT = fileURLToPath(new URL('../../../examples/hello/layout', import.meta.url));
const environment = { ...process.env };
const NOW = Date.parse('2026-06-15T12:00:00Z');

let ecr: LocalEcr;
let directory: string;
let target: ImageRepository;
let digest: Digest;
let now = NOW;

const contextOf = (env: Record<string, string>): Context => ({
	...createContext(createRunner(env, () => undefined)),
	clock: { now: () => now, sleep: async () => undefined },
});

beforeEach(async () => {
	ecr = await startLocalEcr({ seeds: ['repositories: [team/app]'] });
	directory = await mkdtemp(join(tmpdir(), 'attach-'));
	const env = { ...ecr.environment(), RUNNER_TEMP: directory };
	Object.assign(process.env, env);
	const registries = await openRegistries(contextOf(env));
	target = await registries.repository({ registry: (await ecr.registry()).host, repository: 'team/app' });
	const layout = await openOciLayout(LAYOUT, directory);
	await copyBelow(layout, layout.root, target, { concurrency: 4 });
	await target.putManifest(layout.root, 'v1');
	digest = layout.root.digest;
	now = NOW;
});

afterEach(async () => {
	process.env = { ...environment };
	await ecr.close();
	await rm(directory, { recursive: true });
});

async function gate(severity: string, of: string = digest) {
	const item = { name: 'openssl', layers: [], fixedVersions: [] };
	const finding = { id: 'CVE-2026-1', severity, givenSeverity: severity, packages: [item], fix: 'unknown' };
	const document = {
		schemaVersion: 1,
		image: `${target.name}@${of}`,
		repository: 'team/app',
		digest: of,
		scanType: 'basic',
		platforms: [{ platform: 'linux/amd64', status: 'complete' }],
		findings: [{ ...finding, aliases: [], cvss: [], platforms: [], links: [], status: 'active' }],
	};
	await writeFile(join(directory, 'findings.json'), JSON.stringify(document));
	const env = { ...ecr.environment(), RUNNER_TEMP: directory, GITHUB_WORKSPACE: directory };
	const inputs = createInputs({ ...env, 'INPUT_ATTACH-VERDICT': 'true' });
	const input = action.readInputs(inputs, env);
	inputs.finish();
	return action.run(input, contextOf(env));
}

it('leaves the verdict on the image, byte for byte, where the next job finds it', async () => {
	const result = await gate('low');
	const [found] = await findVerdicts(target, digest);
	expect(found?.text).toBe(await readFile(result.files.verdict, 'utf8'));
	expect(readVerdict(found?.text ?? '', 'it')).toMatchObject({ passed: true, digest, verifiedAt: NOW });
	expect(action.outputs(result).result).toMatchObject({ attachedVerdict: found?.digest });
});

it('lets a newer verdict that failed stand before an older one that passed', async () => {
	await gate('low');
	now += 60_000;
	await gate('critical');
	const [newest] = await findVerdicts(target, digest);
	expect(readVerdict(newest?.text ?? '', 'it').passed).toBe(false);
	expect(await findVerdicts(target, digest, 10)).toHaveLength(2);
});

it('finds none where none was left', async () => {
	expect(await findVerdicts(target, digest)).toEqual([]);
});

it('is an error where the image is not in the registry', async () => {
	await expect(gate('low', `sha256:${'0'.repeat(64)}`)).rejects.toThrow(/Could not attach the verdict/);
});
