import type { ScanningConfiguration } from '@ecr-pipeline/ecr';
import type { WaitInputs } from './inputs.ts';
import type { Ending } from './outcome.ts';

/** What the configuration leads to expect of every manifest of the repository. */
export interface ScanPlan {
	/** `unknown`: the registry's configuration may not be read; the shape of the answers has to tell. */
	readonly scanType: 'basic' | 'enhanced' | 'unknown';
	readonly start: 'auto' | 'always' | 'never';
	/** Milliseconds. */
	readonly settle: number;
	/** Tells that nothing scans the repository by itself. */
	readonly manual: boolean;
	readonly repositoryArn?: string;
	/** What a person should know before the waiting begins; a sentence each. */
	readonly notes: readonly string[];
}

type Wishes = Pick<WaitInputs, 'scanType' | 'startScan' | 'settleSeconds'>;

/** Brings together what the user expects and what the registry is set to. An ending: no scan can come, said at once. */
export function planScan(wishes: Wishes, configuration: ScanningConfiguration, repository: string): ScanPlan | Ending {
	const { scanType: actual, frequency, covered, repositoryArn } = configuration;
	if (wishes.scanType !== 'auto' && actual !== undefined && actual !== wishes.scanType)
		return otherType(wishes.scanType, actual);
	const scanType = wishes.scanType === 'auto' ? (actual ?? 'unknown') : wishes.scanType;
	const manual = frequency === 'MANUAL' || (frequency === undefined && covered === false);
	if (scanType === 'enhanced' && manual) return switchedOff(repository);
	return {
		scanType,
		// Only where scanning is known to be basic: under enhanced scanning a start is an error, and may never be tried.
		start: scanType === 'basic' ? wishes.startScan : 'never',
		settle: wishes.settleSeconds * 1000,
		manual,
		...(repositoryArn === undefined ? {} : { repositoryArn }),
		notes: notesOf(wishes, scanType, configuration),
	};
}

function notesOf({ startScan }: Wishes, scanType: ScanPlan['scanType'], { unknown }: ScanningConfiguration): string[] {
	const notes = unknown.map((reason) => `The scanning configuration is not known wholly. ${reason}`);
	if (scanType === 'unknown')
		notes.push(
			'Whether scanning is basic or enhanced is told from the findings, and no scan is started: set scan-type: basic to have one started.',
		);
	if (scanType === 'enhanced' && startScan === 'always')
		notes.push('start-scan: always has no effect under enhanced scanning: Amazon Inspector scans by itself.');
	return notes;
}

function otherType(expected: string, actual: string): Ending {
	return {
		state: 'off',
		reason: `scan-type is ${expected}, and the registry is set to ${actual} scanning`,
		fix: `Set scan-type: ${actual} (or auto), or change the registry with \`aws ecr put-registry-scanning-configuration --scan-type ${expected.toUpperCase()} …\`.`,
	};
}

function switchedOff(repository: string): Ending {
	return {
		state: 'off',
		reason: `scanning is off for the repository ${repository}: the registry uses enhanced scanning, and no rule of it covers the repository (its scan frequency is MANUAL)`,
		fix: `Add a rule whose filter matches ${repository} with \`aws ecr put-registry-scanning-configuration --scan-type ENHANCED --rules '[{"scanFrequency":"SCAN_ON_PUSH","repositoryFilters":[{"filter":"${repository}","filterType":"WILDCARD"}]}]'\`; the command replaces all rules, so repeat those that are there. Then push the image again.`,
	};
}
