import {
	aliasesAmong,
	type Cvss,
	defined,
	type Finding,
	type Fix,
	finding,
	sortedSet,
	type VulnerablePackage,
} from '../finding.ts';
import {
	asObject,
	type JsonObject,
	numberAt,
	objectAt,
	objectsAt,
	refuse,
	requiredTextAt,
	textAt,
	textsAt,
	timeAt,
} from '../shape.ts';
import { distributionOf, inspectorPackage } from './inspector-package.ts';

/**
 * Findings of ECR's enhanced scanning (API type EnhancedImageScanFinding), from the SDK or from JSON. Its shape is
 * Inspector's, without EPSS.
 */
export function fromEnhanced(findings: readonly unknown[], platform: string): Finding[] {
	return findings.map((item, index) => {
		const path = `enhancedFindings[${index}]`;
		return inspectorFinding(asObject(item, path), platform, path);
	});
}

/** One finding of Inspector, through ECR or through its own API; the latter knows EPSS (and KEV, in its details). */
export function inspectorFinding(source: JsonObject, platform: string, path: string): Finding {
	const type = textAt(source, 'type', path);
	if (type !== undefined && type !== 'PACKAGE_VULNERABILITY')
		throw refuse(`${path}.type`, 'PACKAGE_VULNERABILITY, all that is found in images', type);
	const details = objectAt(source, 'packageVulnerabilityDetails', path);
	const at = `${path}.packageVulnerabilityDetails`;
	const id = requiredTextAt(details, 'vulnerabilityId', at);
	const packages = packagesOf(source, details, path);
	return finding({
		id,
		aliases: aliasesAmong(id, textsAt(details, 'relatedVulnerabilities', at)),
		givenSeverity: textAt(source, 'severity', path),
		cvss: cvssOf(source, details, path),
		epss: numberAt(objectAt(source, 'epss', path), 'score', `${path}.epss`, { min: 0, max: 1 }),
		knownExploited: source.cisaData === undefined || source.cisaData === null ? undefined : true,
		exploitAvailable: answer(source, 'exploitAvailable', path),
		packages,
		fix: fixOf(source, packages, path),
		firstSeen: timeAt(source, 'firstObservedAt', path),
		platforms: [platform],
		title: textAt(source, 'title', path),
		description: textAt(source, 'description', path),
		links: linksOf(details, at),
		status: statusOf(source, path),
	});
}

function packagesOf(source: JsonObject, details: JsonObject, path: string): VulnerablePackage[] {
	const [resource] = objectsAt(source, 'resources', path);
	const distribution = resource === undefined ? undefined : distributionOf(resource, `${path}.resources[0]`);
	const at = `${path}.packageVulnerabilityDetails`;
	return objectsAt(details, 'vulnerablePackages', at).map((item, index) =>
		inspectorPackage(item, distribution, `${at}.vulnerablePackages[${index}]`),
	);
}

function cvssOf(source: JsonObject, details: JsonObject, path: string): Cvss[] {
	const range = { min: 0, max: 10 };
	const at = `${path}.packageVulnerabilityDetails`;
	const ratings = objectsAt(details, 'cvss', at).map((item, index): Cvss => {
		const where = `${at}.cvss[${index}]`;
		return {
			source: textAt(item, 'source', where) ?? 'unknown',
			...defined('version', textAt(item, 'version', where)),
			...defined('vector', textAt(item, 'scoringVector', where)),
			...defined('score', numberAt(item, 'baseScore', where, range)),
		};
	});
	if (ratings.length > 0) return ratings;
	// Inspector's own score is all that some findings have; it stands for a base score only where none was given.
	const score = numberAt(source, 'score', path, range) ?? numberAt(source, 'inspectorScore', path, range);
	return score === undefined ? [] : [{ source: 'Amazon Inspector', score }];
}

function fixOf(source: JsonObject, packages: readonly VulnerablePackage[], path: string): Fix {
	const given = textAt(source, 'fixAvailable', path);
	if (given === 'YES') return 'available';
	if (given === 'PARTIAL') return 'partial';
	if (given === 'NO') return 'none';
	if (given !== undefined) throw refuse(`${path}.fixAvailable`, 'YES, NO or PARTIAL', given);
	return packages.some(({ fixedVersions }) => fixedVersions.length > 0) ? 'available' : 'unknown';
}

function answer(source: JsonObject, key: string, path: string): boolean | undefined {
	const given = textAt(source, key, path);
	if (given !== undefined && given !== 'YES' && given !== 'NO') throw refuse(`${path}.${key}`, 'YES or NO', given);
	return given === undefined ? undefined : given === 'YES';
}

// CLOSED counts as active: Inspector closes what is repaired, but also everything of an image that it no longer scans.
function statusOf(source: JsonObject, path: string): Finding['status'] {
	const given = textAt(source, 'status', path) ?? 'ACTIVE';
	if (given === 'SUPPRESSED') return 'suppressed';
	if (given === 'ACTIVE' || given === 'CLOSED') return 'active';
	throw refuse(`${path}.status`, 'ACTIVE, SUPPRESSED or CLOSED', given);
}

function linksOf(details: JsonObject, path: string): string[] {
	const source = textAt(details, 'sourceUrl', path);
	const references = sortedSet(textsAt(details, 'referenceUrls', path));
	return source === undefined ? references : [source, ...references];
}
