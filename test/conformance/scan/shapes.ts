import { digestOf } from '@ecr-pipeline/core';
import { LAYERS, type ShortFinding } from './scenario.ts';

/** Writes findings out as DescribeImageScanFindings has them. */
export function writeOut(findings: readonly ShortFinding[], type: 'basic' | 'enhanced'): object[] {
	const shape = type === 'basic' ? basic : enhanced;
	return findings.flatMap((finding) =>
		finding.count === undefined
			? [shape(finding)]
			: Array.from({ length: finding.count }, (_, index) => shape({ ...finding, id: `${finding.id}-${index + 1}` })),
	);
}

function basic(finding: ShortFinding): object {
	const { id, severity, package: name = 'openssl', version = '3.0.1', cvss } = finding;
	return {
		name: id,
		...(severity === undefined ? {} : { severity }),
		description: descriptionOf(finding),
		uri: `https://cve.example/${encodeURIComponent(id)}`,
		attributes: [
			{ key: 'package_name', value: name },
			{ key: 'package_version', value: version },
			...(cvss === undefined ? [] : [{ key: 'CVSS3_SCORE', value: String(cvss) }]),
		],
	};
}

const CATALOGUED = { dateAdded: '2026-01-01T00:00:00Z', dateDue: '2026-01-22T00:00:00Z', action: 'Apply the update.' };

function enhanced(finding: ShortFinding): object {
	const {
		id,
		severity,
		package: name = 'openssl',
		version = '3.0.1',
		fixed,
		fix,
		cvss,
		exploit,
		path,
		layer,
	} = finding;
	return {
		...(severity === undefined ? {} : { severity }),
		title: finding.title ?? `${id} - ${name}`,
		description: descriptionOf(finding),
		fixAvailable: fix ?? (fixed === undefined ? 'NO' : 'YES'),
		...(exploit === undefined ? {} : { exploitAvailable: exploit }),
		...(finding.epss === undefined ? {} : { epss: { score: finding.epss } }),
		...(finding.kev === true ? { cisaData: CATALOGUED } : {}),
		...(finding.status === undefined ? {} : { status: finding.status }),
		...(finding.firstSeen === undefined ? {} : { firstObservedAt: finding.firstSeen }),
		packageVulnerabilityDetails: {
			vulnerabilityId: id,
			source: 'NVD',
			relatedVulnerabilities: finding.related ?? [],
			cvss: cvss === undefined ? [] : [{ baseScore: cvss, version: '3.1', source: 'NVD' }],
			vulnerablePackages: [
				{
					name,
					version,
					packageManager: 'OS',
					...(fixed === undefined ? {} : { fixedInVersion: fixed }),
					...(path === undefined ? {} : { filePath: path }),
					...(layer === undefined ? {} : { sourceLayerHash: digestOf(Buffer.from(LAYERS[layer])) }),
				},
			],
		},
	};
}

function descriptionOf({ description = 'A flaw.', padding = 0 }: ShortFinding): string {
	return description + 'x'.repeat(padding);
}
