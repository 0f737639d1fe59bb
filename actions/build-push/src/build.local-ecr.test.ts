import { readdir, readFile, stat } from 'node:fs/promises';
import { type LocalEcr, startLocalEcr } from '@ecr-pipeline/local-ecr';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { outputsOf } from './outputs.ts';
import { summaryOf } from './summary.ts';
import { digestOfContent, LAYOUT, openWorld, put, type World } from './world.fixture.ts';

const FIXED = { name: 'team/fixed', mutability: 'IMMUTABLE' };
const MIXED = {
	name: 'team/mixed',
	mutability: 'IMMUTABLE_WITH_EXCLUSION',
	exclusionFilters: ['latest', 'buildcache-*'],
};

const outside = { ...process.env };
let ecr: LocalEcr;
let world: World;

beforeEach(async () => {
	const seed = { repositories: ['team/app', FIXED, MIXED] };
	ecr = await startLocalEcr({ region: 'eu-central-1', seeds: [JSON.stringify(seed)] });
	const { host } = await ecr.registry();
	world = await openWorld({ host, environment: ecr.environment(), enter: (env) => Object.assign(process.env, env) });
});
afterEach(async () => {
	process.env = { ...outside };
	await ecr.close();
	await world.close();
});

const outcomes = (result: Awaited<ReturnType<World['step']>>) => outputsOf(result).tags;
const tagged = async (name: string, tag: string) =>
	(await (await world.repository(name)).manifests([tag])).get(tag)?.digest;

describe('a prebuilt image', () => {
	it('is pushed byte for byte, without any tool, and tagged last', async () => {
		const result = await world.step({ repository: 'team/app', 'oci-layout': LAYOUT, tags: 'v1,v2' });
		const index = JSON.parse(await readFile(`${LAYOUT}/index.json`, 'utf8')) as { manifests: [{ digest: string }] };
		const outputs = outputsOf(result);
		expect(outputs.digest).toBe(index.manifests[0].digest);
		expect(outputs.image).toBe(`${result.registry}/team/app@${index.manifests[0].digest}`);
		expect(outputs.tags).toEqual({ v1: 'created', v2: 'created' });
		expect(Object.keys(outputs.platforms as object)).toEqual(['linux/amd64', 'linux/arm64']);
		expect(outputs['digest-linux-arm64']).toBe((outputs.platforms as Record<string, string>)['linux/arm64']);
		expect(world.docker.commands).toEqual([]);
		const puts = ecr.requests().filter(({ operation }) => operation === 'ecr:PutImage').length;
		expect(puts).toBe(5); // two children, the root by its digest, two tags
	});

	it('is pushed again without changing anything', async () => {
		await world.step({ repository: 'team/fixed', 'oci-layout': LAYOUT, tags: 'v1' });
		const result = await world.step({ repository: 'team/fixed', 'oci-layout': LAYOUT, tags: 'v1' });
		expect(result.reused).toBe(true);
		expect(outcomes(result)).toEqual({ v1: 'unchanged' });
	});

	it('does not go into a repository that is not there, which is named', async () => {
		const step = world.step({ repository: 'team/new', 'oci-layout': LAYOUT, tags: 'v1' });
		await expect(step).rejects.toThrow(/no repository team\/new[\s\S]*create-repository: true/);
	});

	it('as an index is not for AWS Lambda, and nothing is pushed', async () => {
		const step = world.step({ repository: 'team/app', 'oci-layout': LAYOUT, tags: 'v1', profile: 'lambda' });
		await expect(step).rejects.toThrow(/is an index/);
		expect(await tagged('team/app', 'v1')).toBeUndefined();
	});
});

describe('a repository that is missing', () => {
	it('is created as the settings say, once', async () => {
		const settings = `
exclusion-filters: [latest]
lifecycle-policy: { rules: [{ rulePriority: 1, selection: { tagStatus: untagged, countType: imageCountMoreThan, countNumber: 9 }, action: { type: expire } }] }
tags: { team: a }`;
		const inputs = {
			repository: 'team/new',
			'create-repository': 'true',
			'repository-settings': settings,
			'oci-layout': LAYOUT,
		};
		await world.step({ ...inputs, tags: 'v1,latest' });
		const again = await world.step({ ...inputs, tags: 'v1,latest' });
		expect(outcomes(again)).toEqual({ v1: 'unchanged', latest: 'unchanged' });
		const operations = ecr.requests().map(({ operation }) => operation);
		expect(operations.filter((name) => name === 'ecr:CreateRepository')).toHaveLength(1);
		expect(operations.filter((name) => name === 'ecr:PutLifecyclePolicy')).toHaveLength(1);
	});
});

describe('the docker driver', () => {
	it('pushes under the first tag and sets the others on the digest of that push', async () => {
		const result = await world.step({ repository: 'team/fixed', tags: 'v1,v2' });
		expect(outcomes(result)).toEqual({ v1: 'created', v2: 'created' });
		expect(await tagged('team/fixed', 'v2')).toBe(digestOfContent('one'));
		expect(world.docker.commands.filter(([, verb]) => verb === 'push')).toHaveLength(1);
	});

	it('pushes nothing when the image is there, and sets the missing tags', async () => {
		await world.step({ repository: 'team/fixed', tags: 'v1' });
		const result = await world.step({ repository: 'team/fixed', tags: 'v1,v2' });
		expect(outcomes(result)).toEqual({ v1: 'unchanged', v2: 'created' });
		expect(result.reused).toBe(true);
		expect(world.docker.commands.filter(([, verb]) => verb === 'push')).toHaveLength(1);
	});

	it('pushes nothing at all when one tag stands on another image, and names both', async () => {
		await world.step({ repository: 'team/app', tags: 'v1' });
		world.docker.content = 'two';
		const result = await world.step({ repository: 'team/app', tags: 'new,v1' });
		expect(result.failure?.message).toContain(digestOfContent('one'));
		expect(result.failure?.message).toMatch(/the image sha256:[0-9a-f]{64}/);
		expect(outcomes(result)).toEqual({ v1: 'conflict' });
		expect(await tagged('team/app', 'new')).toBeUndefined();
		expect(summaryOf(result)).toContain('refused to push');
	});

	it('moves a tag with overwrite where the repository lets it, and only there', async () => {
		await world.step({ repository: 'team/mixed', tags: 'v1,latest' });
		world.docker.content = 'two';
		const moved = await world.step({ repository: 'team/mixed', tags: 'v2,latest', 'if-tag-exists': 'overwrite' });
		expect(outcomes(moved)).toEqual({ v2: 'created', latest: 'moved' });
		world.docker.content = 'three';
		const refused = await world.step({ repository: 'team/mixed', tags: 'v1,latest', 'if-tag-exists': 'overwrite' });
		expect(refused.failure?.message).toContain('makes this tag immutable');
		expect(await tagged('team/mixed', 'latest')).toBe(digestOfContent('two'));
	});

	it('names every input that it cannot serve, before anything has changed', async () => {
		const step = world.step({ repository: 'team/none', tags: 'v1', secrets: 'a=b', sbom: 'true', file: 'nope' });
		await expect(step).rejects.toThrow(/sbom[\s\S]*secrets[\s\S]*"file" is "nope"/);
		expect(ecr.requests()).toEqual([]);
	});

	it('needs a tag', async () => {
		await expect(world.step({ repository: 'team/app' })).rejects.toThrow(/can only push under a tag/);
	});

	it('builds without pushing', async () => {
		const result = await world.step({ repository: 'team/app', tags: 'v1', push: 'false' });
		expect(outputsOf(result)).toMatchObject({ image: '', digest: '', tags: {} });
		expect(ecr.requests()).toEqual([]);
	});
});

describe('the buildx driver', () => {
	beforeEach(() => {
		world.docker.has = 'buildx';
	});

	it('pushes by digest, without a tag, and needs none', async () => {
		const result = await world.step({ repository: 'team/app' });
		expect(result.manifest?.digest).toBe(digestOfContent('one'));
		const command = world.docker.commands.find(([, , verb]) => verb === 'build') ?? [];
		expect(command).toContain(
			`type=image,"name=${result.registry}/team/app",push-by-digest=true,name-canonical=true,push=true,oci-mediatypes=true`,
		);
		expect(command).not.toContain('--tag');
	});

	it('gives the digest although a tag is in conflict, and sets no other tag', async () => {
		await put(await world.repository('team/app'), 'old', 'v1');
		const result = await world.step({ repository: 'team/app', tags: 'new,v1' });
		expect(outputsOf(result)).toMatchObject({ digest: digestOfContent('one'), tags: { v1: 'conflict' } });
		expect(result.failure?.message).toContain(digestOfContent('old'));
		expect(await tagged('team/app', 'new')).toBeUndefined();
	});

	it('sees a tag that somebody set while it built', async () => {
		world.docker.onBuild = async () => void (await put(await world.repository('team/app'), 'theirs', 'v1'));
		const result = await world.step({ repository: 'team/app', tags: 'v1' });
		expect(outcomes(result)).toEqual({ v1: 'conflict' });
		expect(await tagged('team/app', 'v1')).toBe(digestOfContent('theirs'));
	});

	it('hides secrets: masked, in a file for this user only, no argument, gone afterwards', async () => {
		let seen = { text: '', mode: 0 };
		world.docker.onBuild = async (given) => {
			const [, path = ''] = /src=(.*)/.exec(given[given.indexOf('--secret') + 1] ?? '') ?? [];
			seen = { text: await readFile(path, 'utf8'), mode: (await stat(path)).mode & 0o777 };
			throw new Error('the build fails');
		};
		const step = world.step({ repository: 'team/app', secrets: 'token=hunter2' });
		await expect(step).rejects.toThrow('the build fails');
		expect(seen).toEqual({ text: 'hunter2', mode: 0o600 });
		expect(world.printed()).toContain('::add-mask::hunter2');
		expect(JSON.stringify(world.docker.commands)).not.toContain('hunter2');
		expect(await readdir(world.directory)).toEqual([]);
	});

	it('refuses before the build what attestations make impossible', async () => {
		await put(await world.repository('team/app'), 'old', 'v1');
		const step = world.step({ repository: 'team/app', tags: 'v1', provenance: 'true' });
		await expect(step).rejects.toThrow(/no build with provenance or sbom gives the same digest again/);
		expect(world.docker.commands.filter(([, , verb]) => verb === 'build')).toEqual([]);
	});

	it('reads and writes a cache for the branch, but not under an immutable tag', async () => {
		const env = { GITHUB_REF: 'refs/heads/feature/x' };
		await world.step({ repository: 'team/mixed', cache: 'registry' }, env);
		await world.step({ repository: 'team/fixed', cache: 'registry' }, env);
		const [mixed = [], fixed = []] = world.docker.commands.filter(([, , verb]) => verb === 'build');
		expect(mixed.join(' ')).toMatch(
			/--cache-to type=registry,ref=\S+\/team\/mixed:buildcache-feature-x,mode=max,image-manifest=true/,
		);
		expect(fixed.join(' ')).toContain('--cache-from');
		expect(fixed).not.toContain('--cache-to');
		expect(world.printed()).toContain('makes the tag buildcache-feature-x immutable');
	});

	it('labels the image with its commit, unless the user says otherwise', async () => {
		const env = { GITHUB_SHA: 'abc', GITHUB_REPOSITORY: 'o/r' };
		await world.step({ repository: 'team/app', labels: 'org.opencontainers.image.source=mine' }, env);
		const command = world.docker.commands.find(([, , verb]) => verb === 'build') ?? [];
		expect(command).toContain('org.opencontainers.image.revision=abc');
		expect(command).toContain('org.opencontainers.image.source=mine');
		expect(command.join(' ')).not.toContain('o/r');
	});
});

describe('if-tag-exists: reuse', () => {
	const reuse = { 'if-tag-exists': 'reuse' };

	it('builds nothing when an immutable tag stands, and sets what is missing', async () => {
		await put(await world.repository('team/fixed'), 'old', 'v1');
		const result = await world.step({ repository: 'team/fixed', tags: 'v1,v2', ...reuse });
		expect(outputsOf(result)).toMatchObject({ digest: digestOfContent('old'), reused: true });
		expect(outcomes(result)).toEqual({ v1: 'unchanged', v2: 'created' });
		expect(world.docker.commands.filter(([, verb]) => verb === 'build')).toEqual([]);
	});

	it('builds when only a tag that moves stands: it is an older build', async () => {
		await put(await world.repository('team/mixed'), 'old', 'latest');
		const result = await world.step({ repository: 'team/mixed', tags: 'v2', ...reuse });
		expect(result.built).toBe(true);
		const both = await world.step({ repository: 'team/mixed', tags: 'latest,v3', ...reuse });
		expect(both.built).toBe(true);
		expect(outcomes(both)).toEqual({ latest: 'conflict' });
	});

	it('refuses to choose between immutable tags on different images', async () => {
		const repository = await world.repository('team/fixed');
		await put(repository, 'a', 'v1');
		await put(repository, 'b', 'v2');
		await expect(world.step({ repository: 'team/fixed', tags: 'v1,v2', ...reuse })).rejects.toThrow(/which image/);
	});
});

describe('merge', () => {
	it('gives the same bytes in whatever order, and one index', async () => {
		const layout = await world.step({ repository: 'team/app', 'oci-layout': LAYOUT });
		const [amd64 = '', arm64 = ''] = [...layout.platforms.values()];
		const first = await world.step({ repository: 'team/app', merge: `${amd64},${arm64}`, tags: 'm1' });
		const second = await world.step({ repository: 'team/app', merge: `${arm64},${amd64}`, tags: 'm1' });
		expect(second.manifest?.digest).toBe(first.manifest?.digest);
		expect(outcomes(second)).toEqual({ m1: 'unchanged' });
		expect([...second.platforms]).toEqual([...layout.platforms]);
	});

	it('leaves one image as it is', async () => {
		const { digest } = await put(await world.repository('team/app'), 'only');
		const result = await world.step({ repository: 'team/app', merge: digest, tags: 'm1' });
		expect(result.manifest?.digest).toBe(digest);
	});

	it('takes one image for each platform', async () => {
		const repository = await world.repository('team/app');
		const digests = [(await put(repository, 'a')).digest, (await put(repository, 'b')).digest];
		const step = world.step({ repository: 'team/app', merge: digests.join(), tags: 'm1' });
		await expect(step).rejects.toThrow(/both are for linux\/amd64/);
	});
});

describe('without anything to build with', () => {
	it('says what to install', async () => {
		world.docker.has = 'nothing';
		await expect(world.step({ repository: 'team/app', tags: 'v1' })).rejects.toThrow(/docker\/setup-buildx-action/);
		expect(ecr.requests()).toEqual([]);
	});

	it('does not take another driver than the one asked for', async () => {
		await expect(world.step({ repository: 'team/app', driver: 'buildx' })).rejects.toThrow(
			/Could not use driver: buildx/,
		);
	});
});
