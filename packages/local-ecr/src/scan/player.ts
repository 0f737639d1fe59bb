import { matchesWildcard } from '../aws/arn.ts';
import { imageStatus } from '../registry/archive.ts';
import { type Image, tagsOf } from '../registry/image.ts';
import type { Registry, ScanFrequency } from '../registry/registry.ts';
import type { Repository } from '../registry/repository.ts';
import type { World } from '../world.ts';
import { isScannable, scansOnPush } from './basic.ts';
import type { Finding, ScanType } from './rules.ts';
import { descriptionOf, momentOf, type ScanStep } from './timeline.ts';

/** A scan as it stands now. */
export interface Scan {
	readonly type: ScanType;
	readonly status: string;
	readonly description: string | undefined;
	/** All that will be found has been. */
	readonly final: boolean;
	readonly findings: readonly Finding[];
	/** Milliseconds since the epoch; undefined until something was found out. */
	readonly completedAt: number | undefined;
	readonly frequency: ScanFrequency;
}

const DONE = new Set(['COMPLETE', 'ACTIVE']);

/**
 * How long Inspector goes on with an image after it was last pushed or pulled: 14 days in new accounts, and then its findings
 * are closed (Inspector user guide, "Configuring the Amazon ECR re-scan duration").
 */
const RESCAN_MS = 14 * 86_400_000;

/** How a repository is scanned. Undefined: enhanced scanning is on and no filter names this repository. */
export function scanFrequencyOf(registry: Registry, repository: Repository): ScanFrequency | undefined {
	if (registry.scanning.scanType === 'BASIC') return scansOnPush(registry, repository) ? 'SCAN_ON_PUSH' : 'MANUAL';
	const rules = registry.scanning.rules.filter((rule) =>
		rule.filters.some((filter) => matchesWildcard(filter, repository.name)),
	);
	return rules.find((rule) => rule.scanFrequency === 'CONTINUOUS_SCAN')?.scanFrequency ?? rules[0]?.scanFrequency;
}

/** The scan of an image by what its registry is set to now, or undefined when there is none. */
export function scanOf(
	{ scans, clock }: Pick<World, 'scans' | 'clock'>,
	registry: Registry,
	repository: Repository,
	image: Image,
): Scan | undefined {
	const frequency = scanFrequencyOf(registry, repository);
	const type: ScanType = registry.scanning.scanType === 'BASIC' ? 'basic' : 'enhanced';
	const startedAt = type === 'basic' ? image.basicScanAt : Math.max(image.pushedAt, registry.scanning.since);
	if (startedAt === undefined || frequency === undefined) return undefined;
	if (type === 'enhanced' && frequency === 'MANUAL') return undefined;
	const now = clock.now();
	if (imageStatus(image, now) !== 'ACTIVE') return without(type, frequency, 'IMAGE_ARCHIVED');
	if (type === 'enhanced' && !isScannable(image)) return without(type, frequency, 'UNSUPPORTED_IMAGE');

	const settled = type === 'enhanced' && frequency === 'CONTINUOUS_SCAN' ? 'ACTIVE' : 'COMPLETE';
	const subject = {
		repository: repository.name,
		tags: tagsOf(repository, image.digest),
		digest: image.digest,
		platform: image.platform,
		type,
	};
	const { steps, findings, scripted } = scans.scriptFor(subject, settled);
	const lastSeen = Math.max(startedAt, image.pulledAt ?? 0);
	if (settled === 'ACTIVE' && !scripted && now - lastSeen > RESCAN_MS)
		return without(type, frequency, 'SCAN_ELIGIBILITY_EXPIRED');
	const { step, final, since } = momentOf(steps, startedAt, now);
	return {
		type,
		status: step.status,
		description: descriptionOf(step),
		final,
		findings: findings.slice(0, visible(step, findings.length)),
		completedAt: DONE.has(step.status) ? since : undefined,
		frequency,
	};
}

function visible(step: ScanStep, count: number): number {
	return step.findings ?? (DONE.has(step.status) ? count : 0);
}

/** A scan that has nothing to show, and never will. */
function without(type: ScanType, frequency: ScanFrequency, status: string): Scan {
	const description = descriptionOf({ status });
	return { type, status, description, final: true, findings: [], completedAt: undefined, frequency };
}
