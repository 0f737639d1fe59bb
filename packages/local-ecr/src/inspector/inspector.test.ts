import { Inspector2Client, ListCoverageCommand, ListFindingsCommand } from '@aws-sdk/client-inspector2';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
	clientConfig,
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
});
