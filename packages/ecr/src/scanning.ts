import type { Context } from '@ecr-pipeline/core';
import type { EcrAccess } from './ecr-repository.ts';
import { readScanningConfiguration, type ScanningConfiguration } from './scanning-configuration.ts';
import { type AskCoverage, openCoverage } from './scanning-coverage.ts';
import { type AskExploitation, openExploitation } from './scanning-exploitation.ts';
import { describeScanFindings, type PageRequest, type ScanPage } from './scanning-findings.ts';
import { inspectorOf } from './scanning-inspector.ts';
import { openScanStart, type StartScan } from './scanning-start.ts';

/** All that a repository's registry can be asked about scans. Every method may throw a PipelineError. */
export interface Scanning {
	configuration(signal?: AbortSignal): Promise<ScanningConfiguration>;
	page(request: PageRequest, signal?: AbortSignal): Promise<ScanPage>;
	/** Basic scanning only. */
	readonly start: StartScan;
	/** Enhanced scanning only. */
	readonly coverage: AskCoverage;
	/** Enhanced scanning only. */
	readonly exploitation: AskExploitation;
}

/** Opens the scans of one repository. Nothing is asked before it is used. */
export function openScanning(access: EcrAccess, repository: string, context: Context): Scanning {
	const inspector = inspectorOf(access, context);
	return {
		configuration: (signal) => readScanningConfiguration(access, repository, signal),
		page: (request, signal) => describeScanFindings(access, repository, request, signal),
		start: openScanStart(access, repository, context),
		coverage: openCoverage(inspector),
		exploitation: openExploitation(inspector, repository),
	};
}
