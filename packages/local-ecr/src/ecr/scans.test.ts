import {
	BatchGetImageCommand,
	BatchGetRepositoryScanningConfigurationCommand,
	DescribeImageScanFindingsCommand,
	DescribeImagesCommand,
	type ECRClient,
	GetRegistryScanningConfigurationCommand,
	PutImageScanningConfigurationCommand,
	PutRegistryScanningConfigurationCommand,
	ScanStatus,
	StartImageScanCommand,
	UpdateImageStorageClassCommand,
} from '@aws-sdk/client-ecr';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ecrOf, indexOf, logIn, OCI_INDEX, pushImage, putManifest, type Registry } from '../../test/support.ts';
import { type LocalEcr, startLocalEcr } from '../server/start.ts';

const BASIC = { name: 'CVE-2024-0001', severity: 'HIGH', attributes: [{ key: 'package_name', value: 'openssl' }] };
const ENHANCED = (id: string, severity: string) => ({
	severity,
	title: `${id} - openssl`,
	firstObservedAt: '2026-01-02T03:04:05Z',
	epss: { score: 0.5 },
	packageVulnerabilityDetails: { vulnerabilityId: id, source: 'NVD', vulnerablePackages: [{ name: 'openssl' }] },
});
const RULES = {
	repositories: [{ name: 'pushed', scanOnPush: true }, 'manual', 'enhanced'],
	scans: { seconds: 60 },
	findings: [
		{
			repository: 'pushed',
			tag: 'odd',
			type: 'basic',
			steps: [{ status: 'FAILED', description: 'UnsupportedImageError' }],
		},
		{ repository: 'pushed', findings: [BASIC, { ...BASIC, name: 'CVE-2024-0002', severity: 'LOW' }] },
		{ repository: 'enhanced', findings: [ENHANCED('CVE-1', 'CRITICAL'), ENHANCED('CVE-2', 'UNTRIAGED')] },
	],
};

describe('scans', () => {
	let server: LocalEcr;
	let ecr: ECRClient;
	let registry: Registry;
	const findings = (repositoryName: string, imageTag = 'v1', more: { maxResults?: number; nextToken?: string } = {}) =>
		ecr.send(new DescribeImageScanFindingsCommand({ repositoryName, imageId: { imageTag }, ...more }));
	const start = (repositoryName: string, imageTag = 'v1') =>
		ecr.send(new StartImageScanCommand({ repositoryName, imageId: { imageTag } }));
	const enhance = (scanFrequency: 'CONTINUOUS_SCAN' | 'SCAN_ON_PUSH') =>
		ecr.send(
			new PutRegistryScanningConfigurationCommand({
				scanType: 'ENHANCED',
				rules: [{ scanFrequency, repositoryFilters: [{ filter: 'enh*', filterType: 'WILDCARD' }] }],
			}),
		);

	beforeEach(async () => {
		server = await startLocalEcr({ seeds: [JSON.stringify(RULES)] });
		ecr = ecrOf(server);
		registry = await logIn(server);
	});
	afterEach(() => server.close());

	describe('of the basic kind', () => {
		it('start with the push, run for their time, and end with the findings of the first rule that fits', async () => {
			const { digest } = await pushImage(registry, 'pushed', 'v1');
			const running = await findings('pushed');
			server.advance(60);
			const done = await findings('pushed');

			expect(running.imageScanStatus?.status).toBe('IN_PROGRESS');
			expect(running.imageScanFindings).toBeUndefined();
			expect(done.imageScanStatus).toEqual({
				status: 'COMPLETE',
				description: 'The scan was completed successfully.',
			});
			expect(done.imageId).toEqual({ imageDigest: digest, imageTag: 'v1' });
			expect(done.imageScanFindings).toMatchObject({
				imageScanCompletedAt: expect.any(Date),
				findingSeverityCounts: { HIGH: 1, LOW: 1 },
				findings: [BASIC, { name: 'CVE-2024-0002' }],
			});
			expect(done.imageScanFindings?.enhancedFindings).toBeUndefined();
		});

		it('give their findings page by page', async () => {
			await pushImage(registry, 'pushed', 'v1');
			server.advance(60);
			const first = await findings('pushed', 'v1', { maxResults: 1 });
			const second = await findings('pushed', 'v1', { maxResults: 1, nextToken: first.nextToken ?? '' });
			expect(first.imageScanFindings?.findings?.map(({ name }) => name)).toEqual(['CVE-2024-0001']);
			expect(second.imageScanFindings?.findings?.map(({ name }) => name)).toEqual(['CVE-2024-0002']);
			expect(second.nextToken).toBeUndefined();
		});

		it('end as a rule has them end', async () => {
			await pushImage(registry, 'pushed', 'odd');
			expect((await findings('pushed', 'odd')).imageScanStatus).toEqual({
				status: 'FAILED',
				description: 'UnsupportedImageError',
			});
		});

		it('run on request, once in 24 hours, and find nothing without a rule', async () => {
			const { digest } = await pushImage(registry, 'manual', 'v1');
			await expect(findings('manual')).rejects.toMatchObject({
				name: 'ScanNotFoundException',
				message: expect.stringContaining("imageTag:'v1'"),
			});
			expect(await start('manual')).toMatchObject({
				imageId: { imageDigest: digest, imageTag: 'v1' },
				imageScanStatus: { status: 'IN_PROGRESS' },
			});
			await expect(start('manual')).rejects.toMatchObject({ name: 'LimitExceededException' });
			server.advance(60);
			expect((await findings('manual')).imageScanFindings).toMatchObject({ findings: [], findingSeverityCounts: {} });
			server.advance(86_400);
			expect((await start('manual')).imageScanStatus?.status).toBe('IN_PROGRESS');
		});

		it('count the scan on push against the 24 hours', async () => {
			await pushImage(registry, 'pushed', 'v1');
			await expect(start('pushed')).rejects.toMatchObject({ name: 'LimitExceededException' });
		});

		it('do not take an index', async () => {
			const child = await pushImage(registry, 'pushed', '', 'child');
			await putManifest(registry, 'pushed', 'multi', indexOf([child]), OCI_INDEX);
			await expect(start('pushed', 'multi')).rejects.toMatchObject({
				name: 'UnsupportedImageTypeException',
				message: `An artifact with media type '${OCI_INDEX}' cannot be scanned`,
			});
			await expect(findings('pushed', 'multi')).rejects.toMatchObject({ name: 'ScanNotFoundException' });
		});

		it('begin with the next push once a repository is set to it', async () => {
			await ecr.send(
				new PutImageScanningConfigurationCommand({
					repositoryName: 'manual',
					imageScanningConfiguration: { scanOnPush: true },
				}),
			);
			await pushImage(registry, 'manual', 'v1');
			expect((await findings('manual')).imageScanStatus?.status).toBe('IN_PROGRESS');
		});
	});

	/** How a scan of each status comes about: by itself, or because a rule has it so where AWS does not say when it happens. */
	describe('reach every status of the model', () => {
		const DAY = 86_400;
		const archive = () =>
			ecr.send(
				new UpdateImageStorageClassCommand({
					repositoryName: 'enhanced',
					imageId: { imageTag: 'v1' },
					targetStorageClass: 'ARCHIVE',
				}),
			);
		const reached: Readonly<Record<ScanStatus, () => Promise<unknown>>> = {
			PENDING: async () => undefined,
			ACTIVE: async () => server.advance(60),
			IN_PROGRESS: () => scripted('IN_PROGRESS'),
			COMPLETE: async () => {
				await enhance('SCAN_ON_PUSH');
				server.advance(60);
			},
			SCAN_ELIGIBILITY_EXPIRED: async () => server.advance(14 * DAY + 1),
			IMAGE_ARCHIVED: archive,
			UNSUPPORTED_IMAGE: async () => {
				const child = await pushImage(registry, 'enhanced', '', 'child');
				await putManifest(registry, 'enhanced', 'v1', indexOf([child]), OCI_INDEX);
			},
			FAILED: () => scripted('FAILED'),
			FINDINGS_UNAVAILABLE: () => scripted('FINDINGS_UNAVAILABLE'),
			LIMIT_EXCEEDED: () => scripted('LIMIT_EXCEEDED'),
		};
		const scripted = (status: string) =>
			server.seed(JSON.stringify({ findings: [{ repository: 'enhanced', type: 'enhanced', steps: [{ status }] }] }));

		it.each(Object.keys(ScanStatus) as ScanStatus[])('%s', async (status) => {
			await enhance('CONTINUOUS_SCAN');
			await pushImage(registry, 'enhanced', 'v1');
			await reached[status]();
			const { imageScanStatus, imageScanFindings } = await findings('enhanced');
			expect(imageScanStatus).toEqual({ status, description: expect.any(String) });
			const found = imageScanFindings?.enhancedFindings?.length;
			expect(found).toBe(['ACTIVE', 'COMPLETE'].includes(status) ? 2 : 0);
			const { imageDetails } = await ecr.send(
				new DescribeImagesCommand({ repositoryName: 'enhanced', imageIds: [{ imageTag: 'v1' }] }),
			);
			expect(imageDetails?.[0]?.imageScanStatus?.status).toBe(status);
		});

		it('and goes on being eligible for as long as it is pulled', async () => {
			await enhance('CONTINUOUS_SCAN');
			await pushImage(registry, 'enhanced', 'v1');
			server.advance(13 * DAY);
			await ecr.send(new BatchGetImageCommand({ repositoryName: 'enhanced', imageIds: [{ imageTag: 'v1' }] }));
			server.advance(13 * DAY);
			expect((await findings('enhanced')).imageScanStatus?.status).toBe('ACTIVE');
		});
	});

	describe('of the enhanced kind', () => {
		it('are active before they are complete: the findings come late, and grow', async () => {
			await enhance('CONTINUOUS_SCAN');
			await pushImage(registry, 'enhanced', 'v1');
			const seen: [string | undefined, number | undefined][] = [];
			for (const seconds of [0, 30, 15, 15]) {
				server.advance(seconds);
				const { imageScanStatus, imageScanFindings } = await findings('enhanced');
				seen.push([imageScanStatus?.status, imageScanFindings?.enhancedFindings?.length]);
			}
			expect(seen).toEqual([
				['PENDING', 0],
				['ACTIVE', 0],
				['ACTIVE', 1],
				['ACTIVE', 2],
			]);
		});

		it('have findings in the full shape, with times and the image filled in, and without EPSS', async () => {
			await enhance('SCAN_ON_PUSH');
			const { digest } = await pushImage(registry, 'enhanced', 'v1');
			server.advance(60);
			const { imageScanStatus, imageScanFindings } = await findings('enhanced');
			expect(imageScanStatus?.status).toBe('COMPLETE');
			expect(imageScanFindings?.findings).toBeUndefined();
			expect(imageScanFindings?.findingSeverityCounts).toEqual({ CRITICAL: 1, UNTRIAGED: 1 });
			expect(imageScanFindings?.enhancedFindings?.[0]).toMatchObject({
				awsAccountId: '111111111111',
				findingArn: expect.stringMatching(/^arn:aws:inspector2:us-east-1:111111111111:finding\//),
				firstObservedAt: new Date('2026-01-02T03:04:05Z'),
				status: 'ACTIVE',
				resources: [
					{
						type: 'AWS_ECR_CONTAINER_IMAGE',
						details: { awsEcrContainerImage: { imageHash: digest, repositoryName: 'enhanced' } },
					},
				],
			});
			expect(imageScanFindings?.enhancedFindings?.[0]).not.toHaveProperty('epss');
			const { imageDetails } = await ecr.send(new DescribeImagesCommand({ repositoryName: 'enhanced' }));
			expect(imageDetails?.[0]?.imageScanFindingsSummary?.findingSeverityCounts).toEqual({ CRITICAL: 1, UNTRIAGED: 1 });
		});

		it('cannot be started, do not cover other repositories, and do not know an index', async () => {
			await enhance('CONTINUOUS_SCAN');
			await pushImage(registry, 'pushed', 'v1');
			const child = await pushImage(registry, 'enhanced', '', 'child');
			await putManifest(registry, 'enhanced', 'multi', indexOf([child]), OCI_INDEX);
			await expect(start('pushed')).rejects.toMatchObject({
				name: 'ValidationException',
				message: 'This feature is disabled',
			});
			await expect(findings('pushed')).rejects.toMatchObject({ name: 'ScanNotFoundException' });
			expect((await findings('enhanced', 'multi')).imageScanStatus?.status).toBe('UNSUPPORTED_IMAGE');
		});

		it('are configured for the registry, and told for each repository', async () => {
			expect((await ecr.send(new GetRegistryScanningConfigurationCommand({}))).scanningConfiguration).toEqual({
				scanType: 'BASIC',
				rules: [],
			});
			await enhance('CONTINUOUS_SCAN');
			const { scanningConfigurations, failures } = await ecr.send(
				new BatchGetRepositoryScanningConfigurationCommand({ repositoryNames: ['enhanced', 'manual', 'missing'] }),
			);
			expect(scanningConfigurations).toMatchObject([
				{
					repositoryName: 'enhanced',
					scanFrequency: 'CONTINUOUS_SCAN',
					appliedScanFilters: [{ filter: 'enh*', filterType: 'WILDCARD' }],
				},
				{ repositoryName: 'manual', scanOnPush: false, appliedScanFilters: [] },
			]);
			expect(scanningConfigurations?.[1]?.scanFrequency).toBeUndefined();
			expect(failures).toMatchObject([{ repositoryName: 'missing', failureCode: 'REPOSITORY_NOT_FOUND' }]);
		});
	});
});
