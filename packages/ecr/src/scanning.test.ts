import { ECRClient } from '@aws-sdk/client-ecr';
import { createContext, createRunner, type Digest, digestOf, PipelineError } from '@ecr-pipeline/core';
import type { RegistryClient } from '@ecr-pipeline/registry';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import nock from 'nock';
import type { EcrAccess } from './ecr-repository.ts';
import { ecrLimits } from './rate.ts';
import { openScanning, type Scanning } from './scanning.ts';
import { isTransient } from './scanning-trouble.ts';

const ENDPOINT = 'http://127.0.0.1:4999';
const ACCOUNT = '111111111111';
const DIGEST: Digest = digestOf(Buffer.from('an image'));
const ARN = `arn:aws:ecr:eu-central-1:${ACCOUNT}:repository/team/app`;
const environment = { ...process.env };

let scanning: Scanning;
beforeEach(() => {
	process.env.AWS_ENDPOINT_URL = ENDPOINT;
	const credentials = { accessKeyId: 'AKIATEST', secretAccessKey: 'test' };
	const client = new ECRClient({ region: 'eu-central-1', credentials, maxAttempts: 1 });
	const data = { host: 'registry.test' } as RegistryClient;
	const access: EcrAccess = {
		client,
		data,
		accountId: ACCOUNT,
		region: 'eu-central-1',
		limits: ecrLimits('111111111111', 'eu-central-1', { now: () => 0, sleep: async () => undefined }),
	};
	scanning = openScanning(access, 'team/app', createContext(createRunner({}, () => undefined)));
	nock.disableNetConnect();
});
afterEach(() => {
	process.env = { ...environment };
	nock.cleanAll();
	nock.enableNetConnect();
});

/** Answers one call of ECR. */
function answer(operation: string, status: number, body: object, request?: (body: object) => boolean): nock.Scope {
	return nock(ENDPOINT)
		.post('/', (sent) => request?.(sent) ?? true)
		.matchHeader('x-amz-target', `AmazonEC2ContainerRegistry_V20150921.${operation}`)
		.reply(status, body);
}

const refuse = (operation: string, name: string, status = 400): nock.Scope =>
	answer(operation, status, { __type: name, message: `says ${name}` });

describe('page', () => {
	it('asks for the digest in the registry of its account, and tells the shape by the key', async () => {
		answer(
			'DescribeImageScanFindings',
			200,
			{
				imageScanStatus: { status: 'COMPLETE', description: 'done' },
				imageScanFindings: {
					enhancedFindings: [],
					imageScanCompletedAt: 1767225600,
					findingSeverityCounts: { HIGH: 2 },
				},
				nextToken: 'more',
			},
			(sent) =>
				expect(sent).toEqual({
					registryId: ACCOUNT,
					repositoryName: 'team/app',
					imageId: { imageDigest: DIGEST },
					maxResults: 1,
				}) === undefined,
		);
		expect(await scanning.page({ digest: DIGEST, maxResults: 1 })).toEqual({
			kind: 'scan',
			status: 'COMPLETE',
			description: 'done',
			enhanced: true,
			basicFindings: [],
			enhancedFindings: [],
			counts: { HIGH: 2 },
			completedAt: new Date('2026-01-01T00:00:00Z'),
			nextToken: 'more',
		});
	});

	it('takes an answer with findings only for one that is not enhanced', async () => {
		answer('DescribeImageScanFindings', 200, { imageScanFindings: { findings: [{ name: 'CVE-1' }] } });
		const page = await scanning.page({ digest: DIGEST, maxResults: 1000 });
		expect(page).toMatchObject({ kind: 'scan', enhanced: false, basicFindings: [{ name: 'CVE-1' }] });
		expect(page).not.toHaveProperty('status');
	});

	it.each([
		['ScanNotFoundException', 'no-scan'],
		['ImageNotFoundException', 'no-image'],
	])('takes %s for an answer', async (name, kind) => {
		refuse('DescribeImageScanFindings', name);
		expect(await scanning.page({ digest: DIGEST, maxResults: 1 })).toEqual({ kind });
	});

	it.each([
		['ThrottlingException', 400, true],
		['ServerException', 500, true],
		['AccessDeniedException', 400, false],
		['RepositoryNotFoundException', 400, false],
	])('%s is an error, and whether it passes is told', async (name, status, passes) => {
		refuse('DescribeImageScanFindings', name, status);
		const error = await scanning.page({ digest: DIGEST, maxResults: 1 }).catch((thrown: unknown) => thrown);
		expect(error).toBeInstanceOf(PipelineError);
		expect(isTransient(error)).toBe(passes);
	});
});

describe('start', () => {
	it('starts', async () => {
		answer('StartImageScan', 200, { imageScanStatus: { status: 'IN_PROGRESS' } });
		expect(await scanning.start(DIGEST)).toEqual({ kind: 'started' });
	});

	it.each([
		['LimitExceededException', 'limit-exceeded'],
		['UnsupportedImageTypeException', 'unsupported'],
		['ImageArchivedException', 'archived'],
		['ValidationException', 'disabled'],
	])('takes %s for an answer, asked once', async (name, kind) => {
		refuse('StartImageScan', name);
		expect(await scanning.start(DIGEST)).toEqual({ kind, reason: `${name}: says ${name}` });
	});
});

describe('configuration', () => {
	const settings = {
		scanningConfigurations: [
			{
				repositoryArn: ARN,
				repositoryName: 'team/app',
				scanFrequency: 'CONTINUOUS_SCAN',
				appliedScanFilters: [{ filter: '*', filterType: 'WILDCARD' }],
			},
		],
	};

	it('is that of the registry and of the repository', async () => {
		answer('GetRegistryScanningConfiguration', 200, {
			registryId: ACCOUNT,
			scanningConfiguration: { scanType: 'ENHANCED' },
		});
		answer('BatchGetRepositoryScanningConfiguration', 200, settings);
		expect(await scanning.configuration()).toEqual({
			scanType: 'enhanced',
			frequency: 'CONTINUOUS_SCAN',
			covered: true,
			repositoryArn: ARN,
			unknown: [],
		});
	});

	it('does not take the configuration of the caller for that of another account', async () => {
		answer('GetRegistryScanningConfiguration', 200, {
			registryId: '222222222222',
			scanningConfiguration: { scanType: 'BASIC' },
		});
		answer('BatchGetRepositoryScanningConfiguration', 200, { failures: [{ failureCode: 'REPOSITORY_NOT_FOUND' }] });
		const { unknown, ...known } = await scanning.configuration();
		expect(known).toEqual({});
		expect(unknown).toHaveLength(2);
	});

	it('says what may not be read, and fails on every other trouble', async () => {
		refuse('GetRegistryScanningConfiguration', 'AccessDeniedException');
		answer('BatchGetRepositoryScanningConfiguration', 200, settings);
		const configuration = await scanning.configuration();
		expect(configuration).toMatchObject({ repositoryArn: ARN });
		expect(configuration.unknown.join()).toContain('ecr:GetRegistryScanningConfiguration');

		refuse('GetRegistryScanningConfiguration', 'InvalidParameterException');
		answer('BatchGetRepositoryScanningConfiguration', 200, settings);
		await expect(scanning.configuration()).rejects.toThrow('InvalidParameterException');
	});
});

describe('coverage', () => {
	const listing = (resources: readonly object[]): nock.Scope =>
		nock(ENDPOINT)
			.post('/coverage/list', (sent) => JSON.stringify(sent).includes(`"value":"${ARN}/${DIGEST}"`))
			.reply(200, { coveredResources: resources });
	const resource = {
		resourceType: 'AWS_ECR_CONTAINER_IMAGE',
		resourceId: `${ARN}/${DIGEST}`,
		accountId: ACCOUNT,
		scanType: 'PACKAGE',
		scanStatus: { statusCode: 'ACTIVE', reason: 'SUCCESSFUL' },
		lastScannedAt: 1767225600,
	};

	it('is what Inspector says of exactly this manifest', async () => {
		listing([{ ...resource, resourceId: `${ARN}/sha256:other`, scanStatus: { statusCode: 'INACTIVE' } }, resource]);
		expect(await scanning.coverage(DIGEST, ARN)).toEqual({
			kind: 'covered',
			statusCode: 'ACTIVE',
			reason: 'SUCCESSFUL',
			lastScannedAt: new Date('2026-01-01T00:00:00Z'),
		});
	});

	it('may be nothing', async () => {
		listing([]);
		expect(await scanning.coverage(DIGEST, ARN)).toEqual({ kind: 'not-listed' });
	});

	it('may not be permitted', async () => {
		nock(ENDPOINT)
			.post('/coverage/list')
			.reply(403, { message: 'no' }, { 'x-amzn-errortype': 'AccessDeniedException' });
		const coverage = await scanning.coverage(DIGEST, ARN);
		expect(coverage).toMatchObject({
			kind: 'not-permitted',
			reason: expect.stringContaining('inspector2:ListCoverage'),
		});
	});
});

describe('exploitation', () => {
	const ARNS = ['arn:aws:inspector2:eu-central-1:1:finding/a', 'arn:aws:inspector2:eu-central-1:1:finding/b'];
	const denied = { 'x-amzn-errortype': 'AccessDeniedException' };

	it('tells EPSS and KEV of single findings; what Inspector cannot tell is not in the answer', async () => {
		nock(ENDPOINT)
			.post('/findings/details/batch/get', { findingArns: [...ARNS, 'arn:c'] })
			.reply(200, {
				findingDetails: [
					{ findingArn: ARNS[0], epssScore: 0.91, cisaData: { dateAdded: 1767225600 } },
					{ findingArn: ARNS[1] },
				],
				errors: [{ findingArn: 'arn:c', errorCode: 'FINDING_DETAILS_NOT_FOUND', errorMessage: 'no' }],
			});
		const answer = await scanning.exploitation.details([...ARNS, 'arn:c']);
		expect(answer).toEqual({
			kind: 'details',
			byArn: new Map([
				[ARNS[0], { epss: 0.91, knownExploited: true }],
				[ARNS[1], { knownExploited: false }],
			]),
		});
	});

	it('lists the EPSS scores of one manifest, page by page', async () => {
		const finding = (id: string, epss?: object) => ({ packageVulnerabilityDetails: { vulnerabilityId: id }, epss });
		nock(ENDPOINT)
			.post('/findings/list', {
				filterCriteria: {
					ecrImageHash: [{ comparison: 'EQUALS', value: DIGEST }],
					ecrImageRepositoryName: [{ comparison: 'EQUALS', value: 'team/app' }],
				},
				maxResults: 100,
				nextToken: 'one',
			})
			.reply(200, {
				findings: [finding('CVE-1', { score: 0.5 }), finding('CVE-2'), finding('CVE-3', { score: 'NaN' })],
				nextToken: 'two',
			});
		expect(await scanning.exploitation.epss(DIGEST, 'one')).toEqual({
			kind: 'scores',
			byId: new Map([['CVE-1', 0.5]]),
			nextToken: 'two',
		});
	});

	it('may not be permitted, and says by which permission it would be', async () => {
		nock(ENDPOINT).post('/findings/details/batch/get').reply(403, { message: 'no' }, denied);
		nock(ENDPOINT).post('/findings/list').reply(403, { message: 'no' }, denied);
		expect(await scanning.exploitation.details(ARNS)).toMatchObject({
			kind: 'not-permitted',
			reason: expect.stringContaining('inspector2:BatchGetFindingDetails'),
		});
		expect(await scanning.exploitation.epss(DIGEST, undefined)).toMatchObject({
			kind: 'not-permitted',
			reason: expect.stringContaining('inspector2:ListFindings'),
		});
	});
});
