import { writeFileAtomically } from '@ecr-pipeline/core';
import {
	countBySeverity,
	type Finding,
	type Findings,
	findingsDocument,
	formatFindings,
	type PlatformScan,
	type SeverityCounts,
} from '@ecr-pipeline/findings';
import type { ManifestOutcome } from './outcome.ts';

/** What the document says, in short. */
export interface Known {
	readonly scanType: Findings['scanType'];
	/** Of the findings that no rule of the scanner suppresses. */
	readonly counts: SeverityCounts;
	readonly suppressed: number;
	/** The oldest of the platforms' scans, ISO 8601. */
	readonly scanCompletedAt?: string;
}

interface Scanned {
	readonly name: string;
	readonly repository: string;
	readonly digest: string;
	readonly outcomes: readonly ManifestOutcome[];
	/** Of all platforms. */
	readonly findings: readonly Finding[];
}

/** Writes the findings of all platforms as one document, whole or not at all. */
export async function writeDocument(
	path: string,
	{ name, repository, digest, outcomes, findings }: Scanned,
): Promise<Known> {
	const complete = outcomes.filter((outcome) => outcome.state === 'complete');
	const scanCompletedAt = oldest(complete.map((outcome) => outcome.scanCompletedAt));
	const sourceUpdatedAt = oldest(complete.map((outcome) => outcome.sourceUpdatedAt));
	const document = findingsDocument({
		image: `${name}@${digest}`,
		repository,
		digest,
		scanType: scanTypeOf(complete.map((outcome) => outcome.scanType)),
		...(scanCompletedAt === undefined ? {} : { scanCompletedAt }),
		...(sourceUpdatedAt === undefined ? {} : { sourceUpdatedAt }),
		platforms: outcomes.map(platformScan),
		findings,
	});
	await writeFileAtomically(path, formatFindings(document));
	const active = document.findings.filter(({ status }) => status === 'active');
	return {
		scanType: document.scanType,
		counts: countBySeverity(active),
		suppressed: document.findings.length - active.length,
		...(scanCompletedAt === undefined ? {} : { scanCompletedAt }),
	};
}

function platformScan(outcome: ManifestOutcome): PlatformScan {
	const { platform, digest } = outcome;
	if (outcome.state === 'complete') return { platform, digest, status: 'complete' };
	return {
		platform,
		digest,
		status: outcome.state === 'unsupported' ? 'unsupported' : 'incomplete',
		reason: outcome.reason,
	};
}

function scanTypeOf(types: readonly ('basic' | 'enhanced')[]): Findings['scanType'] {
	const [one = 'basic', ...others] = new Set(types);
	return others.length === 0 ? one : 'several';
}

/** ISO times in UTC sort as text; one that is not known makes the oldest unknown. */
function oldest(times: readonly (string | undefined)[]): string | undefined {
	const known = times.filter((time) => time !== undefined).sort();
	return known.length === times.length ? known[0] : undefined;
}
