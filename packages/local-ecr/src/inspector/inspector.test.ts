import { DescribeImageScanFindingsCommand } from '@aws-sdk/client-ecr';
import {
	BatchGetFindingDetailsCommand,
	Inspector2Client,
	ListCoverageCommand,
	ListFindingsCommand,
	type ListFindingsCommandInput,
} from '@aws-sdk/client-inspector2';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
	clientConfig,
	ecrOf,
	indexOf,
	logIn,
	OCI_INDEX,
	type PushedImage,
	pushImage,
	putManifest,
} from '../../test/support.ts';
import { type LocalEcr, startLocalEcr } from '../server/start.ts';

const FINDING = {
	severity: 'CRITICAL',
	title: 'CVE-1 - openssl',
	description: 'bad',
	score: 9.8,
	scoreDetails: { cvss: { score: 9.8, scoreSource: 'NVD', version: '3.1', scoringVector: 'CVSS:3.1/AV:N' } },
	epss: { score: 0.7 },
	cisaData: { dateAdded: '2026-01-02T00:00:00Z', dateDue: '2026-01-23T00:00:00Z', action: 'Apply the update.' },
	cwes: ['CWE-79'],
	exploitObserved: { firstSeen: '2026-01-01T00:00:00Z' },
	packageVulnerabilityDetails: {
		vulnerabilityId: 'CVE-1',
		source: 'NVD',
		vulnerablePackages: [{ name: 'openssl', version: '1' }],
	},
};

describe('Inspector', () => {
	let server: LocalEcr;
	let inspector: Inspector2Client;
	let image: PushedImage;
	const coverage = async (imageTag?: string) => {
		const filterCriteria = {
			ecrRepositoryName: [{ comparison: 'EQUALS' as const, value: 'app' }],
			...(imageTag === undefined ? {} : { ecrImageTags: [{ comparison: 'EQUALS' as const, value: imageTag }] }),
		};
		return (await inspector.send(new ListCoverageCommand({ filterCriteria }))).coveredResources ?? [];
	};

	beforeAll(async () => {
		server = await startLocalEcr({
			seeds: [
				JSON.stringify({
					registries: [
						{
							scanning: { type: 'ENHANCED', rules: [{ frequency: 'CONTINUOUS_SCAN', filters: ['*'] }] },
							repositories: ['app', 'other'],
						},
					],
					scans: { seconds: 60 },
					findings: [{ repository: 'app', findings: [FINDING] }],
				}),
			],
		});
		inspector = new Inspector2Client(clientConfig(server));
		const registry = await logIn(server);
		image = await pushImage(registry, 'app', 'v1');
		await pushImage(registry, 'other', 'v1');
		await putManifest(registry, 'app', 'multi', indexOf([image]), OCI_INDEX);
	});
	afterAll(() => server.close());

	it('says how far the first scan is: the one positive sign that it is done', async () => {
		const reasons: (string | undefined)[] = [];
		for (const seconds of [0, 30, 30]) {
			server.advance(seconds);
			reasons.push((await coverage('v1'))[0]?.scanStatus?.reason);
		}
		expect(reasons).toEqual(['PENDING_INITIAL_SCAN', 'SCAN_IN_PROGRESS', 'SUCCESSFUL']);
		expect((await coverage('v1'))[0]).toMatchObject({
			resourceType: 'AWS_ECR_CONTAINER_IMAGE',
			resourceId: `arn:aws:ecr:us-east-1:111111111111:repository/app/${image.digest}`,
			scanStatus: { statusCode: 'ACTIVE' },
			lastScannedAt: expect.any(Date),
			resourceMetadata: {
				ecrRepository: { name: 'app', scanFrequency: 'CONTINUOUS_SCAN' },
				ecrImage: { tags: ['v1'] },
			},
		});
	});

	it('says why an image is not covered', async () => {
		expect((await coverage('multi'))[0]?.scanStatus).toEqual({
			statusCode: 'INACTIVE',
			reason: 'UNSUPPORTED_MEDIA_TYPE',
		});
	});

	it('lists the findings of one image, with the EPSS score that ECR leaves out', async () => {
		const list = (digest: string) =>
			inspector.send(
				new ListFindingsCommand({ filterCriteria: { ecrImageHash: [{ comparison: 'EQUALS', value: digest }] } }),
			);
		server.advance(60);
		const { findings = [] } = await list(image.digest);
		expect(findings).toMatchObject([
			{
				type: 'PACKAGE_VULNERABILITY',
				severity: 'CRITICAL',
				epss: { score: 0.7 },
				inspectorScore: 9.8,
				packageVulnerabilityDetails: { vulnerabilityId: 'CVE-1' },
				resources: [{ details: { awsEcrContainerImage: { imageHash: image.digest } } }],
			},
		]);
		expect((await list('sha256:none')).findings).toEqual([]);
	});

	describe('knows more of a finding', () => {
		const LESS = {
			...FINDING,
			severity: 'LOW',
			title: 'CVE-2',
			epss: { score: 0.01 },
			packageVulnerabilityDetails: { ...FINDING.packageVulnerabilityDetails, vulnerabilityId: 'CVE-2' },
		};
		const find = async (input: ListFindingsCommandInput) => {
			const { findings = [] } = await inspector.send(new ListFindingsCommand(input));
			return findings.map(({ packageVulnerabilityDetails }) => packageVulnerabilityDetails?.vulnerabilityId);
		};

		beforeAll(async () => {
			await server.seed(JSON.stringify({ findings: [{ repository: 'app', findings: [LESS, FINDING] }] }));
			server.advance(60);
		});

		it('by the ARN that ECR gives it: EPSS, and what CISA says of its exploitation', async () => {
			const { imageScanFindings } = await ecrOf(server).send(
				new DescribeImageScanFindingsCommand({ repositoryName: 'app', imageId: { imageTag: 'v1' } }),
			);
			const [, exploited] = imageScanFindings?.enhancedFindings ?? [];
			for (const name of ['epss', 'cisaData', 'cwes', 'exploitObserved']) expect(exploited).not.toHaveProperty(name);
			const unknown = exploited?.findingArn?.replace(/.{4}$/, 'ffff') ?? '';
			const { findingDetails, errors } = await inspector.send(
				new BatchGetFindingDetailsCommand({ findingArns: [exploited?.findingArn ?? '', unknown] }),
			);
			expect(findingDetails).toEqual([
				{
					findingArn: exploited?.findingArn,
					epssScore: 0.7,
					cisaData: {
						dateAdded: new Date('2026-01-02T00:00:00Z'),
						dateDue: new Date('2026-01-23T00:00:00Z'),
						action: 'Apply the update.',
					},
					cwes: ['CWE-79'],
					exploitObserved: { firstSeen: new Date('2026-01-01T00:00:00Z') },
				},
			]);
			expect(errors).toMatchObject([{ findingArn: unknown, errorCode: 'FINDING_DETAILS_NOT_FOUND' }]);
			const findingArns = Array<string>(11).fill(unknown);
			await expect(inspector.send(new BatchGetFindingDetailsCommand({ findingArns }))).rejects.toMatchObject({
				name: 'ValidationException',
			});
		});

		it('finds by number, by time and by order, and refuses what it cannot find by', async () => {
			const sortCriteria = { field: 'EPSS_SCORE', sortOrder: 'DESC' } as const;
			expect(await find({ sortCriteria })).toEqual(['CVE-1', 'CVE-2']);
			expect(await find({ sortCriteria: { field: 'SEVERITY', sortOrder: 'ASC' } })).toEqual(['CVE-2', 'CVE-1']);
			expect(await find({ filterCriteria: { epssScore: [{ lowerInclusive: 0.5, upperInclusive: 1 }] } })).toEqual([
				'CVE-1',
			]);
			const never = { firstObservedAt: [{ endInclusive: new Date('2020-01-01') }] };
			expect(await find({ filterCriteria: never })).toEqual([]);
			expect(await find({ maxResults: 1 })).toHaveLength(1);
			const tags = { resourceTags: [{ comparison: 'EQUALS' as const, key: 'a' }] };
			await expect(find({ filterCriteria: tags })).rejects.toMatchObject({
				name: 'ValidationException',
				message: 'local-ecr does not filter by resourceTags',
			});
		});
	});

	it('calls no state a success that is none', async () => {
		const steps = [{ status: 'LIMIT_EXCEEDED' }];
		await server.seed(JSON.stringify({ findings: [{ repository: 'app', type: 'enhanced', steps }] }));
		expect((await coverage('v1'))[0]?.scanStatus).toEqual({ statusCode: 'INACTIVE', reason: 'INTERNAL_ERROR' });
	});
});
