import {
	BatchGetImageCommand,
	DeleteLifecyclePolicyCommand,
	type ECRClient,
	GetLifecyclePolicyCommand,
	GetLifecyclePolicyPreviewCommand,
	ListImagesCommand,
	PutLifecyclePolicyCommand,
	StartLifecyclePolicyPreviewCommand,
} from '@aws-sdk/client-ecr';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
	ecrOf,
	indexOf,
	logIn,
	OCI_INDEX,
	OCI_MANIFEST,
	pushImage,
	putManifest,
	type Registry,
} from '../../test/support.ts';
import { sha256 } from '../ids.ts';
import { type LocalEcr, startLocalEcr } from '../server/start.ts';

const DAY = 86_400;
const rule = (rulePriority: number, selection: object) => ({ rulePriority, selection, action: { type: 'expire' } });
const policy = (...rules: object[]) => JSON.stringify({ rules });
const moreThan = (countNumber: number) => ({ countType: 'imageCountMoreThan', countNumber });
const since = (countType: string, countNumber: number) => ({ countType, countUnit: 'days', countNumber });
const olderThan = (countNumber: number) => since('sinceImagePushed', countNumber);

describe('a lifecycle policy', () => {
	let server: LocalEcr;
	let ecr: ECRClient;
	let registry: Registry;
	const push = async (tag: string) => {
		server.advance(1);
		return pushImage(registry, 'app', tag, `layer of ${tag}${Math.random()}`);
	};
	const preview = async (...rules: object[]) => {
		const repositoryName = 'app';
		await ecr.send(new StartLifecyclePolicyPreviewCommand({ repositoryName, lifecyclePolicyText: policy(...rules) }));
		server.advance(2);
		return ecr.send(new GetLifecyclePolicyPreviewCommand({ repositoryName }));
	};
	const put = (...rules: object[]) =>
		ecr.send(new PutLifecyclePolicyCommand({ repositoryName: 'app', lifecyclePolicyText: policy(...rules) }));
	const tags = async () => {
		const { imageIds = [] } = await ecr.send(new ListImagesCommand({ repositoryName: 'app' }));
		return imageIds.map(({ imageTag }) => imageTag).sort();
	};

	beforeEach(async () => {
		server = await startLocalEcr({ seeds: ['repositories: [app]'] });
		ecr = ecrOf(server);
		registry = await logIn(server);
	});
	afterEach(() => server.close());

	it('is tried out first: which images would go, oldest first, and by which rule', async () => {
		const [oldest] = [await push('v1'), await push('v2'), await push('v3'), await push('')];
		const { previewResults, summary, status } = await preview(
			rule(1, { tagStatus: 'untagged', ...olderThan(1) }),
			rule(2, { tagStatus: 'any', ...moreThan(2) }),
		);
		expect(status).toBe('COMPLETE');
		expect(summary).toEqual({ expiringImageTotalCount: 2 });
		expect(previewResults?.map(({ imageTags, appliedRulePriority }) => [imageTags, appliedRulePriority])).toEqual([
			[['v1'], 2],
			[['v2'], 2],
		]);
		expect(previewResults?.[0]).toMatchObject({ imageDigest: oldest?.digest, action: { type: 'EXPIRE' } });
		expect(await tags()).toHaveLength(4);
	});

	it('runs a day after it was set, and every day from then on', async () => {
		await push('v1');
		await push('v2');
		await put(rule(1, { tagStatus: 'tagged', tagPatternList: ['v*'], ...moreThan(1) }));
		server.advance(DAY - 60);
		expect(await tags()).toEqual(['v1', 'v2']);
		server.advance(120);
		expect(await tags()).toEqual(['v2']);
		// A token lasts 12 hours.
		registry = await logIn(server);
		await push('v3');
		server.advance(DAY);
		expect(await tags()).toEqual(['v3']);
		const { lastEvaluatedAt } = await ecr.send(new GetLifecyclePolicyCommand({ repositoryName: 'app' }));
		expect(lastEvaluatedAt?.getTime()).toBeGreaterThan(Date.now() + DAY * 1000);
	});

	it('does nothing once it is deleted', async () => {
		await push('v1');
		await put(rule(1, { tagStatus: 'any', ...olderThan(1) }));
		await ecr.send(new DeleteLifecyclePolicyCommand({ repositoryName: 'app' }));
		server.advance(3 * DAY);
		expect(await tags()).toEqual(['v1']);
	});

	it('keeps an image from the later rules when an earlier one fits its tags', async () => {
		await push('prod-1');
		await push('dev-1');
		const { previewResults } = await preview(
			rule(1, { tagStatus: 'tagged', tagPrefixList: ['prod-'], ...moreThan(5) }),
			rule(2, { tagStatus: 'any', ...olderThan(1) }),
		);
		expect(previewResults).toEqual([]);
		server.advance(2 * DAY);
		const later = await preview(
			rule(1, { tagStatus: 'tagged', tagPrefixList: ['prod-'], ...moreThan(5) }),
			rule(2, { tagStatus: 'any', ...olderThan(1) }),
		);
		expect(later.previewResults?.map(({ imageTags }) => imageTags)).toEqual([['dev-1']]);
	});

	it('archives what was not pulled for long, and expires what was archived for long, in their own time', async () => {
		const { digest } = await push('v1');
		await push('v2');
		const archiving = { ...rule(1, { tagStatus: 'any', ...since('sinceImagePulled', 30) }) };
		archiving.action = { type: 'transition', targetStorageClass: 'archive' } as typeof archiving.action;
		const expiring = rule(2, { tagStatus: 'any', storageClass: 'archive', ...since('sinceImageTransitioned', 90) });
		server.advance(31 * DAY);
		const imageIds = [{ imageTag: 'v2' }];
		await ecr.send(new BatchGetImageCommand({ repositoryName: 'app', imageIds }));
		const { previewResults, summary } = await preview(archiving, expiring);
		expect(summary).toEqual({
			expiringImageTotalCount: 0,
			transitioningImageTotalCounts: [{ targetStorageClass: 'ARCHIVE', imageTotalCount: 1 }],
		});
		expect(previewResults).toMatchObject([
			{ imageTags: ['v1'], action: { type: 'TRANSITION', targetStorageClass: 'ARCHIVE' }, storageClass: 'STANDARD' },
		]);

		await put(archiving, expiring);
		server.advance(DAY);
		expect(await tags()).toEqual(['v2']);
		const archived = await ecr.send(
			new ListImagesCommand({ repositoryName: 'app', filter: { imageStatus: 'ARCHIVED' } }),
		);
		expect(archived.imageIds).toEqual([{ imageDigest: digest, imageTag: 'v1' }]);
		server.advance(91 * DAY);
		const all = await ecr.send(new ListImagesCommand({ repositoryName: 'app', filter: { imageStatus: 'ANY' } }));
		expect(all.imageIds?.map(({ imageTag }) => imageTag)).toEqual(['v2']);
	});

	it('takes what refers to an image along', async () => {
		const { digest, manifest } = await push('v1');
		const { config, layers } = JSON.parse(manifest) as { config: object; layers: object[] };
		const subject = { mediaType: OCI_MANIFEST, digest, size: manifest.length };
		const signature = JSON.stringify({ schemaVersion: 2, mediaType: OCI_MANIFEST, config, layers, subject });
		await putManifest(registry, 'app', sha256(signature), signature, OCI_MANIFEST);
		await put(rule(1, { tagStatus: 'tagged', tagPatternList: ['v*'], ...olderThan(1) }));
		server.advance(2 * DAY);
		expect(await tags()).toEqual([]);
	});

	it.each([
		['sinceImagePulled goes with the action transition only', { tagStatus: 'any', ...since('sinceImagePulled', 30) }],
		[
			'storageClass must be archive with sinceImageTransitioned',
			{ tagStatus: 'any', ...since('sinceImageTransitioned', 90) },
		],
		[
			'countNumber must be at least 90 with sinceImageTransitioned',
			{ tagStatus: 'any', storageClass: 'archive', ...since('sinceImageTransitioned', 89) },
		],
		[
			'a pattern of tagPatternList has at most four wildcards',
			{ tagStatus: 'tagged', tagPatternList: ['*1*2*3*4*5'], ...moreThan(1) },
		],
	])('is refused: %s', async (why, selection) => {
		await expect(put(rule(1, selection))).rejects.toThrow(why);
	});

	it('keeps what an index names, until the index is gone', async () => {
		const children = [await push(''), await push('')];
		await putManifest(registry, 'app', 'multi', indexOf(children), OCI_INDEX);
		await put(rule(1, { tagStatus: 'any', ...olderThan(1) }));
		server.advance(2 * DAY);
		expect(await tags()).toEqual([undefined, undefined]);
		server.advance(DAY);
		expect(await tags()).toEqual([]);
	});

	it('is asked for before there is one, twice at once, and badly written', async () => {
		const repositoryName = 'app';
		await expect(ecr.send(new GetLifecyclePolicyPreviewCommand({ repositoryName }))).rejects.toMatchObject({
			name: 'LifecyclePolicyPreviewNotFoundException',
		});
		await expect(ecr.send(new StartLifecyclePolicyPreviewCommand({ repositoryName }))).rejects.toMatchObject({
			name: 'LifecyclePolicyNotFoundException',
		});
		await put(rule(1, { tagStatus: 'any', ...moreThan(1) }));
		await ecr.send(new StartLifecyclePolicyPreviewCommand({ repositoryName }));
		expect((await ecr.send(new GetLifecyclePolicyPreviewCommand({ repositoryName }))).status).toBe('IN_PROGRESS');
		await expect(ecr.send(new StartLifecyclePolicyPreviewCommand({ repositoryName }))).rejects.toMatchObject({
			name: 'LifecyclePolicyPreviewInProgressException',
		});
		await expect(
			put(rule(1, { tagStatus: 'any', ...moreThan(1) }), rule(2, { tagStatus: 'tagged', ...olderThan(0) })),
		).rejects.toThrow(/tagPrefixList or tagPatternList.*countNumber.*'any' must have the highest/);
	});
});
