import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { type Context, createContext, createInputs, createRunner, type Digest, digestOf } from '@ecr-pipeline/core';
import { openRegistries } from '@ecr-pipeline/ecr';
import { type LocalEcr, startLocalEcr } from '@ecr-pipeline/local-ecr';
import {
	copyBelow,
	type Descriptor,
	type ImageRepository,
	manifestFromBytes,
	OCI_MANIFEST,
	openOciLayout,
} from '@ecr-pipeline/registry';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { action } from './action.ts';

const LAYOUT = fileURLToPath(new URL('../../../examples/hello/layout', import.meta.url));
const IAM = fileURLToPath(new URL('../../../iam/gate-on-findings.json', import.meta.url));
const environment = { ...process.env };
const NOW = Date.parse('2026-06-15T12:00:00Z');

let ecr: LocalEcr;
let directory: string;
let host: string;

beforeEach(async () => {
	ecr = await startLocalEcr({ seeds: [JSON.stringify({ scans: { seconds: 0 } })] });
	directory = mkdtempSync(join(tmpdir(), 'gate-images-'));
	host = (await ecr.registry()).host;
	Object.assign(process.env, ecr.environment());
});
afterEach(async () => {
	process.env = { ...environment };
	await ecr.close();
});

const environmentOf = () => ({ ...ecr.environment(), RUNNER_TEMP: directory, GITHUB_WORKSPACE: directory });

function contextOf(): Context {
	const context = createContext(createRunner(environmentOf(), () => undefined));
	return { ...context, clock: { now: () => NOW, sleep: async () => undefined } };
}

async function gate(given: Readonly<Record<string, string>>) {
	const inputs = Object.entries(given).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]);
	const env = { ...environmentOf(), ...Object.fromEntries(inputs) };
	const source = createInputs(env);
	const input = action.readInputs(source, env);
	source.finish();
	ecr.clearRequests();
	return action.run(input, contextOf());
}

const repositoryOf = async (repository: string): Promise<ImageRepository> =>
	(await openRegistries(contextOf())).repository({ registry: host, repository });
const asked = (operation: string): number =>
	ecr.requests().filter((entry) => entry.operation.endsWith(`:${operation}`)).length;

/** Every call is one that the published list allows. */
function expectPublishedPermissions(): void {
	const { permissions } = JSON.parse(readFileSync(IAM, 'utf8')) as { permissions: { action: string }[] };
	const listed = permissions.map((permission) => permission.action);
	// What the distribution API asks for under another name, and what needs no permission.
	const names: Record<string, string> = {
		'v2:GetManifest': 'ecr:BatchGetImage',
		'v2:GetBlob': 'ecr:GetDownloadUrlForLayer',
	};
	const free = ['storage:GetLayer', 'v2:Ping', 'sts:GetCallerIdentity'];
	const called = ecr.requests().map((entry) => entry.operation);
	const needed = called.filter((name) => !free.includes(name)).map((name) => names[name] ?? name);
	expect(needed.length).toBeGreaterThan(0);
	expect(needed.filter((name) => !listed.includes(name))).toEqual([]);
}

interface Found {
	readonly id: string;
	readonly layer?: string;
	readonly name?: string;
}

function writeFindings(of: string, repository: string, found: readonly Found[]): void {
	const findings = found.map(({ id, layer, name = 'openssl' }) => ({
		id,
		aliases: [],
		severity: 'high',
		givenSeverity: 'HIGH',
		cvss: [],
		packages: [{ name, layers: layer === undefined ? [] : [layer], fixedVersions: [] }],
		fix: 'unknown',
		platforms: ['linux/amd64'],
		links: [],
		status: 'active',
	}));
	const image = `${host}/${repository}@${of}`;
	const platforms = [{ platform: 'linux/amd64', status: 'complete' }];
	const document = { schemaVersion: 1, image, repository, digest: of, scanType: 'basic', platforms, findings };
	writeFileSync(join(directory, 'findings.json'), JSON.stringify(document));
}

describe('a baseline that is an image', () => {
	const NEXT = digestOf('the next image');
	const basic = (count: number) =>
		Array.from({ length: count }, (_, index) => ({
			name: `CVE-2026-${index}`,
			severity: 'HIGH',
			attributes: [{ key: 'package_name', value: 'openssl' }],
		}));

	async function push(world: object): Promise<Digest> {
		await ecr.seed(JSON.stringify(world));
		const layout = await openOciLayout(LAYOUT, directory);
		const target = await repositoryOf('team/app');
		await copyBelow(layout, layout.root, target, { concurrency: 4 });
		await target.putManifest(layout.root, 'v1');
		return layout.root.digest;
	}
	const registries = [{ repositories: [{ name: 'team/app', scanOnPush: true }] }];

	it('gives all pages of all its platforms, so that only new findings block', async () => {
		const running = await push({ registries, findings: [{ type: 'basic', findings: basic(1201) }] });
		writeFindings(NEXT, 'team/app', [{ id: 'CVE-2026-0' }, { id: 'CVE-2026-1200' }, { id: 'CVE-2026-9999' }]);
		const { evaluation, files } = await gate({
			findings: 'findings.json',
			baseline: `${host}/team/app@${running}`,
		});
		expect(evaluation.classes).toMatchObject({ 'in-baseline': 2, blocking: 1 });
		expect(evaluation.newFindings).toBe(1);
		// Two platforms of two pages each.
		expect(asked('DescribeImageScanFindings')).toBe(4);
		expectPublishedPermissions();
		const saved = readFileSync(join(directory, `baseline-${running.slice(7, 19)}.json`), 'utf8');
		const verdict = JSON.parse(readFileSync(files.verdict, 'utf8'));
		expect(verdict.predicate.inputAttestations).toContainEqual({
			uri: `${host}/team/app@${running}`,
			digest: { sha256: digestOf(saved).slice(7) },
		});
		const replayed = await gate({ findings: 'findings.json', baseline: `baseline-${running.slice(7, 19)}.json` });
		expect(replayed.evaluation.decisions).toEqual(evaluation.decisions);
		expect(ecr.requests()).toEqual([]);
	});

	it.each([
		[
			'has no scan',
			{ registries: [{ repositories: [{ name: 'team/app' }] }] },
			/it has no scan.*every finding would count as new/,
		],
		[
			'has a scan that failed',
			{ registries, findings: [{ type: 'basic', findings: [], steps: [{ status: 'FAILED', description: 'no OS' }] }] },
			/its scan is FAILED: no OS/,
		],
	])('that %s is an error, never an empty one', async (_, world, message) => {
		const running = await push(world);
		writeFindings(NEXT, 'team/app', [{ id: 'CVE-2026-0' }]);
		await expect(gate({ findings: 'findings.json', baseline: `${host}/team/app@${running}` })).rejects.toThrow(message);
	});

	it('that is not there is an error', async () => {
		await push({ registries });
		writeFindings(NEXT, 'team/app', []);
		const gone = `${host}/team/app@${digestOf('gone')}`;
		await expect(gate({ findings: 'findings.json', baseline: gone })).rejects.toThrow(
			/Could not find sha256:.*not there/,
		);
	});
});

describe('rules for the base image', () => {
	const RULES = 'version: 1\nbase-image: { block: { severity: critical } }\n';
	const BASE = ['the system', 'its libraries'];

	beforeEach(async () => {
		await ecr.seed(JSON.stringify({ registries: [{ repositories: [{ name: 'base/os' }, { name: 'team/app' }] }] }));
		writeFileSync(join(directory, 'policy.yml'), RULES);
	});

	/** Pushes an image of these layers. */
	async function push(
		repository: string,
		layers: readonly string[],
		annotations?: object,
		labels?: object,
	): Promise<Digest> {
		const target = await repositoryOf(repository);
		const put = async (mediaType: string, text: string): Promise<Descriptor> => {
			const bytes = Buffer.from(text);
			const blob = { mediaType, digest: digestOf(bytes), size: bytes.length };
			await target.putBlob(blob, { source: 'test', expectUpload: true, open: async () => Readable.from([bytes]) });
			return blob;
		};
		const descriptors: Descriptor[] = [];
		for (const layer of layers) descriptors.push(await put('application/vnd.oci.image.layer.v1.tar', layer));
		const config = await put(
			'application/vnd.oci.image.config.v1+json',
			JSON.stringify({
				os: 'linux',
				architecture: 'amd64',
				rootfs: { type: 'layers', diff_ids: descriptors.map(({ digest }) => digest) },
				config: { Labels: labels ?? null },
			}),
		);
		const value = { schemaVersion: 2, mediaType: OCI_MANIFEST, config, layers: descriptors, annotations };
		const manifest = manifestFromBytes(Buffer.from(JSON.stringify(value)), undefined);
		await target.putManifest(manifest, 'v1');
		return manifest.digest;
	}
	const naming = (digest: Digest) => ({
		'org.opencontainers.image.base.name': `${host}/base/os:v1`,
		'org.opencontainers.image.base.digest': digest,
	});
	const both: readonly Found[] = [
		{ id: 'CVE-2026-1', layer: digestOf(BASE[1] ?? '') },
		{ id: 'CVE-2026-2', layer: digestOf('the application') },
	];
	const run = (inputs: Readonly<Record<string, string>> = {}) =>
		gate({ findings: 'findings.json', 'policy-file': 'policy.yml', ...inputs });
	const ends = ({ evaluation }: Awaited<ReturnType<typeof run>>) =>
		evaluation.decisions.map(({ class: end, rule }) => `${end} by ${rule}`);

	it.each([
		['annotations', true],
		['labels', false],
	])('hold for the layers of the image that the %s name', async (_, asAnnotations) => {
		const base = await push('base/os', BASE);
		const names = naming(base);
		const layers = [...BASE, 'the application'];
		const image = await (asAnnotations ? push('team/app', layers, names) : push('team/app', layers, undefined, names));
		writeFindings(image, 'team/app', both);
		const result = await run();
		expect(ends(result)).toEqual(['below-threshold by base-image.block', 'blocking by block.severity']);
		expect(readFileSync(result.files.verdict, 'utf8')).toContain(`${host}/base/os@${base}`);
		expectPublishedPermissions();
	});

	it('hold for the image that the input names, by tag as well', async () => {
		await push('base/os', BASE);
		writeFindings(await push('team/app', [...BASE, 'the application']), 'team/app', both);
		expect(ends(await run({ 'base-image': `${host}/base/os:v1` }))[0]).toBe('below-threshold by base-image.block');
	});

	it('do not hold for an image that this one is not built on, whatever it claims', async () => {
		const base = await push('base/os', ['another system', ...BASE]);
		writeFindings(await push('team/app', [...BASE, 'the application'], naming(base)), 'team/app', both);
		const result = await run();
		expect(ends(result)).toEqual(['blocking by block.severity', 'blocking by block.severity']);
		expect(result.evaluation.notes.join()).toContain('its layers are not the first ones');
	});

	it('do not hold where no base image is named, and it is said', async () => {
		writeFindings(await push('team/app', [...BASE, 'the application']), 'team/app', both);
		const result = await run();
		expect(result.evaluation.classes.blocking).toBe(2);
		expect(result.evaluation.notes.join()).toContain('does not name its base image');
	});

	it('that nobody made ask nothing of any registry', async () => {
		writeFileSync(join(directory, 'policy.yml'), 'version: 1\n');
		writeFindings(digestOf('an image'), 'team/app', both);
		await run();
		expect(ecr.requests()).toEqual([]);
	});
});
