import {
	DeleteLifecyclePolicyCommand,
	type ECRClient,
	GetLifecyclePolicyCommand,
	GetLifecyclePolicyPreviewCommand,
	ListImagesCommand,
	PutLifecyclePolicyCommand,
	StartLifecyclePolicyPreviewCommand,
} from '@aws-sdk/client-ecr';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ecrOf, indexOf, logIn, OCI_INDEX, pushImage, putManifest, type Registry } from '../../test/support.ts';
import { type LocalEcr, startLocalEcr } from '../server/start.ts';

const DAY = 86_400;
const rule = (rulePriority: number, selection: object) => ({ rulePriority, selection, action: { type: 'expire' } });
const policy = (...rules: object[]) => JSON.stringify({ rules });
const moreThan = (countNumber: number) => ({ countType: 'imageCountMoreThan', countNumber });
const olderThan = (countNumber: number) => ({ countType: 'sinceImagePushed', countUnit: 'days', countNumber });

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
