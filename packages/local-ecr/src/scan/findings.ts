import { partitionOf } from '../aws/arn.ts';
import { sha256 } from '../ids.ts';
import { type Image, tagsOf } from '../registry/image.ts';
import type { Registry } from '../registry/registry.ts';
import type { Repository } from '../registry/repository.ts';
import type { Finding } from './rules.ts';

const TIMES = new Set([
	'firstObservedAt',
	'lastObservedAt',
	'updatedAt',
	'pushedAt',
	'lastInUseAt',
	'vendorCreatedAt',
	'vendorUpdatedAt',
	'lastKnownExploitAt',
	'firstSeen',
	'lastSeen',
	'dateAdded',
	'dateDue',
]);

/** A finding file has dates as people write them; the wire has Dates, which the protocols turn into seconds. */
function reviveTimes(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(reviveTimes);
	if (typeof value !== 'object' || value === null || value instanceof Date) return value;
	return Object.fromEntries(
		Object.entries(value).map(([name, member]) => [
			name,
			TIMES.has(name) && typeof member === 'string' ? new Date(member) : reviveTimes(member),
		]),
	);
}

/** Fills in what every enhanced finding carries and no one wants to write into a file: account, times, the image itself. */
export function completeEnhanced(
	finding: Finding,
	registry: Registry,
	repository: Repository,
	image: Image,
	seenAt: number,
): Finding {
	const id = sha256(JSON.stringify([finding, image.digest])).slice(7, 39);
	const seen = new Date(seenAt);
	return {
		awsAccountId: registry.account,
		findingArn: `arn:${partitionOf(registry.region)}:inspector2:${registry.region}:${registry.account}:finding/${id}`,
		firstObservedAt: seen,
		lastObservedAt: seen,
		updatedAt: seen,
		status: 'ACTIVE',
		type: 'PACKAGE_VULNERABILITY',
		resources: [resourceOf(registry, repository, image)],
		...(reviveTimes(finding) as Finding),
	};
}

/** What Inspector knows of a finding and ECR does not pass on (scan.md 3.5). */
const INSPECTOR_ONLY = ['epss', 'exploitabilityDetails'];

/** What BatchGetFindingDetails tells, and nothing else does. A finding file has it beside the rest. */
export const DETAILS = [
	'cisaData',
	'riskScore',
	'evidences',
	'ttps',
	'tools',
	'exploitObserved',
	'referenceUrls',
	'cwes',
];

export const withoutDetails = (finding: Finding): Finding => without(finding, DETAILS);

/** An enhanced finding as ECR has it. */
export const ecrFinding = (finding: Finding): Finding => without(finding, [...DETAILS, ...INSPECTOR_ONLY]);

function without(finding: Finding, names: readonly string[]): Finding {
	return Object.fromEntries(Object.entries(finding).filter(([name]) => !names.includes(name)));
}

export function severityCounts(findings: readonly Finding[]): Record<string, number> {
	const counts: Record<string, number> = {};
	for (const { severity } of findings) {
		const name = String(severity ?? 'UNDEFINED');
		counts[name] = (counts[name] ?? 0) + 1;
	}
	return counts;
}

export const resourceId = (repository: Repository, image: Image): string => `${repository.arn}/${image.digest}`;

function resourceOf(registry: Registry, repository: Repository, image: Image): Finding {
	const [platform, architecture] = (image.platform ?? 'linux/amd64').split('/');
	return {
		id: resourceId(repository, image),
		type: 'AWS_ECR_CONTAINER_IMAGE',
		tags: {},
		details: {
			awsEcrContainerImage: {
				architecture,
				imageHash: image.digest,
				imageTags: tagsOf(repository, image.digest),
				platform: platform?.toUpperCase(),
				pushedAt: new Date(image.pushedAt),
				registry: registry.account,
				repositoryName: repository.name,
			},
		},
	};
}
