import { matchesWildcard } from '../aws/arn.ts';
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
	if (type === 'enhanced' && (frequency === 'MANUAL' || !isScannable(image)))
		return frequency === 'MANUAL' ? undefined : unsupported(frequency);

	const settled = type === 'enhanced' && frequency === 'CONTINUOUS_SCAN' ? 'ACTIVE' : 'COMPLETE';
	const subject = {
		repository: repository.name,
		tags: tagsOf(repository, image.digest),
		digest: image.digest,
		platform: image.platform,
		type,
	};
	const { steps, findings } = scans.scriptFor(subject, settled);
	const { step, final, since } = momentOf(steps, startedAt, clock.now());
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

function unsupported(frequency: ScanFrequency): Scan {
	const status = 'UNSUPPORTED_IMAGE';
	const description = descriptionOf({ status });
	return { type: 'enhanced', status, description, final: true, findings: [], completedAt: undefined, frequency };
}
