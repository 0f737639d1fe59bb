import { defined } from '../finding.ts';
import type { PlatformScan } from '../findings.ts';
import {
	asObject,
	type JsonObject,
	listAt,
	numberAt,
	objectAt,
	refuse,
	requiredTextAt,
	textAt,
	timeAt,
} from '../shape.ts';
import { checkedDigest, type ReadFindings, unknownList } from './answer.ts';
import { basicFinding } from './ecr-basic.ts';
import { inspectorFinding } from './ecr-enhanced.ts';
import type { FormatReader } from './format.ts';
import { platformOfFinding } from './inspector-image.ts';
import { formatPath } from './json-path.ts';
import type { Outline } from './json-scan.ts';
import { pagesOf, refuseMissingPages } from './pages.ts';

/**
 * The answer of DescribeImageScanFindings, or all pages of it in a list. Basic and enhanced scanning are told apart by
 * which list is there, never by the status (an enhanced scan on push says COMPLETE too).
 */
export function openEcr(): FormatReader {
	let platform: string | undefined;
	return {
		read(item, list, index) {
			const path = `${formatPath(list)}[${index}]`;
			const source = asObject(item, path);
			const [body, kind] = list.slice(-2);
			if (list.length > 3 || body !== 'imageScanFindings') throw unknownList(list);
			if (kind === 'findings') return basicFinding(source, 'unknown', path);
			if (kind !== 'enhancedFindings') throw unknownList(list);
			platform ??= platformOfFinding(source, path);
			return inspectorFinding(source, platform, path);
		},
		finish: (outline, findings) => {
			const enhanced = isEnhanced(outline);
			return {
				format: enhanced ? 'ecr-enhanced' : 'ecr-basic',
				scanType: enhanced ? 'enhanced' : 'basic',
				...headOf(pagesOf(outline.document), platform ?? 'unknown', findings.length),
				findings,
				notes: [],
			};
		},
	};
}

function headOf(
	pages: readonly JsonObject[],
	platform: string,
	found: number,
): Omit<ReadFindings, 'format' | 'scanType' | 'findings' | 'notes'> {
	const [first = {}] = pages;
	const digest = digestOfPages(pages);
	refuseMissingPages(pages);
	const bodies = bodiesOf(pages);
	const [body = {}] = bodies;
	refuseMissingFindings(bodies, found);
	const scanCompletedAt = timeAt(body, 'imageScanCompletedAt', 'imageScanFindings');
	const status = statusOfPages(pages);
	// No findings look the same before the first scan and after a clean one; only a scan has a time.
	const isUnproven = status.status === 'complete' && found === 0 && scanCompletedAt === undefined;
	return {
		digests: [digest],
		...defined('repository', textAt(first, 'repositoryName', 'pages[0]')),
		...defined('scanCompletedAt', scanCompletedAt),
		...defined('sourceUpdatedAt', timeAt(body, 'vulnerabilitySourceUpdatedAt', 'imageScanFindings')),
		platforms: [{ platform, digest, ...(isUnproven ? UNPROVEN : status) }],
	};
}

const UNPROVEN = { status: 'incomplete', reason: 'no findings and no imageScanCompletedAt' } as const;

function bodiesOf(pages: readonly JsonObject[]): JsonObject[] {
	return pages.map((page, index) => objectAt(page, 'imageScanFindings', `pages[${index}]`));
}

function isEnhanced({ document, lists }: Outline): boolean {
	const bodies = bodiesOf(pagesOf(document));
	for (const [index, body] of bodies.entries())
		for (const key of ['findings', 'enhancedFindings']) listAt(body, key, `pages[${index}].imageScanFindings`);
	const holds = (kind: string): boolean => [...lists].some(([path, count]) => count > 0 && path.endsWith(`.${kind}`));
	if (holds('enhancedFindings') && holds('findings'))
		throw refuse('imageScanFindings', 'either findings or enhancedFindings', 'both of them');
	if (holds('enhancedFindings')) return true;
	return !holds('findings') && bodies.some((body) => Array.isArray(body.enhancedFindings));
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
