import { createHash } from 'node:crypto';
import type { Digest } from '@ecr-pipeline/core';
import type { PageRequest, ScanPage } from '@ecr-pipeline/ecr';

export type Scan = Extract<ScanPage, { kind: 'scan' }>;

/** All pages of the findings of one manifest, as one look at them. */
export interface FullRead {
	/** The first page: status, times. */
	readonly first: Scan;
	readonly enhanced: boolean;
	readonly basicFindings: Scan['basicFindings'];
	readonly enhancedFindings: Scan['enhancedFindings'];
	readonly total: number;
	/** The same for two reads with the same set of findings, and only then. */
	readonly fingerprint: string;
	/** How many findings the registry counts beyond those that it lists: not 0 means that some are still to come. */
	readonly missing: number;
}

// ECR API reference, DescribeImageScanFindings: at most 1000 in a page.
const PAGE = 1000;

/** Reads every page. An answer that is no scan, on any page, is given back as it is. */
export async function readAllPages(
	digest: Digest,
	ask: (request: PageRequest) => Promise<ScanPage>,
): Promise<FullRead | Exclude<ScanPage, Scan>> {
	const first = await ask({ digest, maxResults: PAGE });
	if (first.kind !== 'scan') return first;
	const pages = [first];
	for (let last = first; last.nextToken !== undefined; ) {
		const next = await ask({ digest, maxResults: PAGE, nextToken: last.nextToken });
		if (next.kind !== 'scan') return next;
		pages.push(next);
		last = next;
	}
	return together(first, pages);
}

function together(first: Scan, pages: readonly Scan[]): FullRead {
	const basicFindings = pages.flatMap((page) => page.basicFindings);
	const enhancedFindings = pages.flatMap((page) => page.enhancedFindings);
	const ids = new Set([...basicFindings.map(basicId), ...enhancedFindings.map(enhancedId)]);
	const total = basicFindings.length + enhancedFindings.length;
	// Whether the counts are those of the page or of the scan is not documented; the largest page's are in both.
	const counted = Math.max(...pages.map(({ counts }) => Object.values(counts).reduce((sum, count) => sum + count, 0)));
	return {
		first,
		enhanced: pages.some((page) => page.enhanced),
		basicFindings,
		enhancedFindings,
		total,
		fingerprint: createHash('sha256')
			.update([...ids].sort().join('\n'))
			.digest('hex'),
		missing: Math.max(0, counted - total),
	};
}

function basicId({ name, severity, attributes = [] }: Scan['basicFindings'][number]): string {
	const value = (key: string): string | undefined => attributes.find((attribute) => attribute.key === key)?.value;
	return JSON.stringify([name, value('package_name'), value('package_version'), severity]);
}

function enhancedId(finding: Scan['enhancedFindings'][number]): string {
	const { findingArn, severity, status, packageVulnerabilityDetails: details } = finding;
	return JSON.stringify([findingArn ?? [details?.vulnerabilityId, details?.vulnerablePackages], severity, status]);
}
