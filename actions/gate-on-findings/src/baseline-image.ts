import { join } from 'node:path';
import {
	type Context,
	type Digest,
	digestOf,
	formatImageReference,
	type ImageReference,
	PipelineError,
	shortDigest,
	writeFileAtomically,
} from '@ecr-pipeline/core';
import { openRegistries, openScanning, type Registries, type Scanning, type ScanPage } from '@ecr-pipeline/ecr';
import {
	type Finding,
	findingsDocument,
	formatFindings,
	fromBasic,
	fromEnhanced,
	mergeByPlatform,
} from '@ecr-pipeline/findings';
import type { Document } from './documents.ts';
import { type PlatformManifest, platformManifests } from './platform-manifests.ts';

type Scan = Extract<ScanPage, { kind: 'scan' }>;

// ECR API reference, DescribeImageScanFindings: at most 1000 in a page.
const PAGE = 1000;

/**
 * Asks the registry for the findings of images that run now: all pages of all platforms. A scan that is not complete is an
 * error, since what it would have found would count as new. The findings are left in the runner's temporary directory, so
 * that the verdict can be reached again without the registry.
 */
export async function readBaselineImages(
	images: readonly ImageReference[],
	context: Context,
): Promise<Document<readonly Finding[]>[]> {
	const registries = await openRegistries(context);
	const documents: Document<readonly Finding[]>[] = [];
	for (const image of images) documents.push(await readImage(image, registries, context));
	return documents;
}

async function readImage(
	image: ImageReference,
	registries: Registries,
	context: Context,
): Promise<Document<readonly Finding[]>> {
	const reference = registries.complete(image);
	const { registry, repository, digest } = reference;
	const name = formatImageReference({ registry, repository, ...(digest === undefined ? {} : { digest }) });
	const access = await registries.ecr(registry, repository);
	if (access === undefined || digest === undefined)
		throw new PipelineError({
			code: 'unsupported',
			attempted: `Could not ask for the findings of the baseline ${name}`,
			answer: `${registry} is not a private registry of Amazon ECR that a step of this job has logged in to`,
			fix: 'Run ecr-login-oidc for this registry first, or give a file with the findings.',
		});
	const manifests = await platformManifests(await registries.repository(reference), digest);
	const scanning = openScanning(access, repository, context);
	const scans = await Promise.all(manifests.map((manifest) => readManifest(manifest, scanning, name)));
	const document = findingsDocument({
		image: name,
		repository,
		digest,
		scanType: scans.every(({ enhanced }) => enhanced) ? 'enhanced' : 'basic',
		platforms: scans.map(({ platform, digest: of }) => ({ platform, digest: of, status: 'complete' })),
		findings: mergeByPlatform(scans.map(({ findings }) => findings)),
	});
	const text = formatFindings(document);
	const file = join(context.temporaryDirectory, `baseline-${shortDigest(digest)}.json`);
	await writeFileAtomically(file, text);
	context.log.info(`Baseline ${name}: ${document.findings.length} findings, in ${file}.`);
	return { name, evidence: { uri: name, digest: digestOf(text) }, content: document.findings };
}

async function readManifest({ platform = 'unknown', manifest }: PlatformManifest, scanning: Scanning, name: string) {
	const pages = await readPages(manifest.digest, scanning, `${name} (${platform}, ${manifest.digest})`);
	const enhanced = pages.some((page) => page.enhanced);
	const findings = enhanced
		? fromEnhanced(
				pages.flatMap(({ enhancedFindings }) => enhancedFindings),
				platform,
			)
		: fromBasic(
				pages.flatMap(({ basicFindings }) => basicFindings),
				platform,
			);
	return { platform, digest: manifest.digest, enhanced, findings };
}

async function readPages(digest: Digest, scanning: Scanning, name: string): Promise<Scan[]> {
	const pages: Scan[] = [];
	for (let nextToken: string | undefined; ; ) {
		const page = await scanning.page({ digest, maxResults: PAGE, ...(nextToken === undefined ? {} : { nextToken }) });
		if (page.kind !== 'scan') throw notScanned(name, page.kind === 'no-scan' ? 'it has no scan' : 'it is not there');
		// The only two that come with findings (ECR API reference, ImageScanStatus).
		if (page.status !== 'COMPLETE' && page.status !== 'ACTIVE')
			throw notScanned(name, `its scan is ${page.status ?? 'without a status'}`, page.description);
		pages.push(page);
		if (page.nextToken === undefined) return pages;
		nextToken = page.nextToken;
	}
}

function notScanned(name: string, why: string, description?: string): PipelineError {
	return new PipelineError({
		code: 'refused',
		attempted: `Could not ask for the findings of the baseline ${name}`,
		answer: description === undefined ? why : `${why}: ${description}`,
		fix: 'Without them every finding would count as new. Have that image scanned, give a file with its findings, or leave the baseline out.',
	});
}
