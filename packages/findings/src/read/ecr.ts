import { defined, type Finding } from '../finding.ts';
import { mergeByPlatform, type PlatformScan } from '../findings.ts';
import {
	asObject,
	type JsonObject,
	listAt,
	numberAt,
	objectAt,
	objectsAt,
	refuse,
	requiredTextAt,
	textAt,
	timeAt,
} from '../shape.ts';
import { checkedDigest, type ReadFindings } from './answer.ts';
import { fromBasic } from './ecr-basic.ts';
import { fromEnhanced, inspectorFinding } from './ecr-enhanced.ts';

/**
 * The answer of DescribeImageScanFindings, or all pages of it in a list. Basic and enhanced scanning are told apart by
 * which list is there, never by the status (an enhanced scan on push says COMPLETE too).
 */
export function readEcrPages(pages: readonly JsonObject[]): ReadFindings {
	const [first] = pages;
	if (first === undefined) throw refuse('the list of pages', 'one answer of DescribeImageScanFindings or more', []);
	const digest = digestOfPages(pages);
	refuseMissingPages(pages);
	const bodies = pages.map((page, index) => objectAt(page, 'imageScanFindings', `pages[${index}]`));
	const isEnhanced = bodies.some((body) => Array.isArray(body.enhancedFindings) && body.enhancedFindings.length > 0);
	const isBasic = bodies.some((body) => Array.isArray(body.findings) && body.findings.length > 0);
	if (isEnhanced && isBasic) throw refuse('imageScanFindings', 'either findings or enhancedFindings', bodies[0]);
	const enhanced = isEnhanced || (!isBasic && bodies.some((body) => Array.isArray(body.enhancedFindings)));
	const key = enhanced ? 'enhancedFindings' : 'findings';
	const raw = bodies.flatMap((body, index) => listAt(body, key, `pages[${index}].imageScanFindings`));
	refuseMissingFindings(bodies, raw.length);
	const platform = enhanced ? platformOf(raw[0]) : 'unknown';
	const [body = {}] = bodies;
	return {
		format: enhanced ? 'ecr-enhanced' : 'ecr-basic',
		scanType: enhanced ? 'enhanced' : 'basic',
		digests: [digest],
		...defined('repository', textAt(first, 'repositoryName', 'pages[0]')),
		...defined('scanCompletedAt', timeAt(body, 'imageScanCompletedAt', 'imageScanFindings')),
		...defined('sourceUpdatedAt', timeAt(body, 'vulnerabilitySourceUpdatedAt', 'imageScanFindings')),
		platforms: [{ platform, digest, ...statusOfPages(pages) }],
		findings: enhanced ? fromEnhanced(raw, platform) : fromBasic(raw, platform),
		notes: [],
	};
}

/** The answer of Inspector's ListFindings, or all pages of it in a list. */
export function readInspectorPages(pages: readonly JsonObject[]): ReadFindings {
	refuseMissingPages(pages);
	const raw = pages.flatMap((page, index) => objectsAt(page, 'findings', `pages[${index}]`));
	const images = raw.map((finding, index) => imageOf(finding, `findings[${index}]`));
	const [first] = images;
	if (first === undefined) {
		throw refuse('findings', "at least one: Inspector's empty answer does not say for which image it holds", []);
	}
	const scans = new Map(images.map(({ digest, platform }) => [digest, platform]));
	if (scans.size > 1) throw refuse('findings', 'of one image', [...scans.keys()].join(', '));
	const lists = raw.map((item, index): Finding[] => [
		inspectorFinding(item, images[index]?.platform ?? 'unknown', `findings[${index}]`),
	]);
	return {
		format: 'inspector',
		scanType: 'inspector',
		digests: [...scans.keys()],
		...defined('repository', first.repository),
		platforms: [...scans].map(([digest, platform]) => ({ platform, digest, status: 'complete' })),
		findings: mergeByPlatform(lists),
		notes: [],
	};
}

function digestOfPages(pages: readonly JsonObject[]): string {
	const digests = pages.map((page, index) => {
		const path = `pages[${index}].imageId`;
		return checkedDigest(requiredTextAt(objectAt(page, 'imageId', `pages[${index}]`), 'imageDigest', path), path);
	});
	const [digest = '', ...others] = new Set(digests);
	if (others.length > 0) throw refuse('the list of pages', 'of one image', [digest, ...others].join(', '));
	return digest;
}

// The last page has no nextToken; where it has one, what follows was not saved.
function refuseMissingPages(pages: readonly JsonObject[]): void {
	const last = pages.at(-1)?.nextToken;
	if (last !== undefined && last !== null && last !== '')
		throw refuse(
			'the last page',
			'without a nextToken: there are more findings that are not in this file',
			'one with a nextToken',
		);
}

// The counts may be of one page or of the whole image; in neither case may they be more than what is there.
function refuseMissingFindings(bodies: readonly JsonObject[], found: number): void {
	for (const [index, body] of bodies.entries()) {
		const path = `pages[${index}].imageScanFindings`;
		const counts = objectAt(body, 'findingSeverityCounts', path);
		const range = { min: 0, max: Number.MAX_SAFE_INTEGER };
		const announced = Object.keys(counts).reduce((sum, key) => sum + (numberAt(counts, key, path, range) ?? 0), 0);
		if (announced > found) {
			const expected = `with all ${announced} findings that findingSeverityCounts announces`;
			throw refuse(path, expected, `${found} findings; save all pages`);
		}
	}
}

function statusOfPages(pages: readonly JsonObject[]): Pick<PlatformScan, 'status' | 'reason'> {
	for (const [index, page] of pages.entries()) {
		const path = `pages[${index}].imageScanStatus`;
		const scan = objectAt(page, 'imageScanStatus', `pages[${index}]`);
		const status = requiredTextAt(scan, 'status', path);
		if (status === 'COMPLETE' || status === 'ACTIVE') continue;
		const kind = status === 'FAILED' ? 'failed' : status === 'UNSUPPORTED_IMAGE' ? 'unsupported' : 'incomplete';
		const description = textAt(scan, 'description', path);
		return { status: kind, reason: description === undefined ? status : `${status}: ${description}` };
	}
	return { status: 'complete' };
}

function platformOf(raw: unknown): string {
	return raw === undefined
		? 'unknown'
		: (containerImage(asObject(raw, 'findings[0]'), 'findings[0]')?.platform ?? 'unknown');
}

function imageOf(finding: JsonObject, path: string) {
	const image = containerImage(finding, path);
	if (image?.digest === undefined)
		throw refuse(`${path}.resources[0]`, 'an image in ECR with its imageHash', finding.resources);
	return {
		...image,
		digest: checkedDigest(image.digest, `${path}.resources[0].details.awsEcrContainerImage.imageHash`),
	};
}

function containerImage(finding: JsonObject, path: string) {
	const [resource] = objectsAt(finding, 'resources', path);
	if (resource === undefined) return undefined;
	const at = `${path}.resources[0].details.awsEcrContainerImage`;
	const image = objectAt(objectAt(resource, 'details', `${path}.resources[0]`), 'awsEcrContainerImage', at);
	const architecture = textAt(image, 'architecture', at);
	return {
		...defined('digest', textAt(image, 'imageHash', at)),
		...defined('repository', textAt(image, 'repositoryName', at)),
		platform: architecture === undefined ? 'unknown' : `linux/${architecture}`,
	};
}
