import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The contents of an image that is built on another. */
export const LAYERS = { base: 'the layer of the base image', application: 'the layer of the application' };

/** What is right: the image may go on, the policy stops it, or there is no verdict since not everything is known. */
export type RightVerdict = 'pass' | 'block' | 'refuse';

/** A finding in short; the player writes it out in ECR's basic or enhanced shape. */
export interface ShortFinding {
	readonly id: string;
	readonly severity?: string;
	/** That many, with `-1`, `-2` … behind the id. */
	readonly count?: number;
	readonly package?: string;
	readonly version?: string;
	readonly fixed?: string;
	readonly fix?: string;
	readonly cvss?: number;
	readonly exploit?: string;
	/** As Inspector tells it, and ECR does not. */
	readonly epss?: number;
	/** In CISA's catalog of known exploited vulnerabilities. */
	readonly kev?: boolean;
	readonly status?: string;
	readonly related?: readonly string[];
	readonly firstSeen?: string;
	readonly path?: string;
	/** The layer that it is in, of an image that is `based` on another. */
	readonly layer?: keyof typeof LAYERS;
	readonly title?: string;
	readonly description?: string;
	/** That many characters more in the description. */
	readonly padding?: number;
}

export interface ShortScan {
	/** Of the manifest; absent: any. */
	readonly platform?: string;
	readonly steps?: readonly object[];
	readonly findings?: readonly ShortFinding[];
}

/** An answer of AWS that is not local-ecr's own. */
export interface Fault {
	readonly operation: string;
	/** How many answers are changed; absent: all. */
	readonly times?: number;
	/** How many are left as they are before. */
	readonly after?: number;
	/** Only requests with a nextToken: the second page and later. */
	readonly laterPages?: boolean;
	readonly error?: { readonly status: number; readonly type: string; readonly message: string };
	/** Members of the answer by dotted path; null removes one. */
	readonly set?: Readonly<Record<string, unknown>>;
}

export interface Scenario {
	readonly name: string;
	readonly verdict: RightVerdict;
	readonly why: string;
	/** `based`: on the image team/base, which its annotations name. */
	readonly image?: 'plain' | 'index' | 'attested' | 'attestations-only' | 'based';
	readonly scanning?: 'on-push' | 'manual' | 'continuous' | 'enhanced-on-push' | 'uncovered';
	readonly scans?: readonly ShortScan[];
	readonly faults?: readonly Fault[];
	/** Inputs of wait-for-scan; false: the gate alone, on a file. */
	readonly wait?: Readonly<Record<string, string>> | false;
	/** Inputs of gate-on-findings. */
	readonly gate?: Readonly<Record<string, string>>;
	/** The policy file of the workspace. */
	readonly policy?: object;
	/** Further files of the workspace. `{digest}`, `{repository}`, `{registry}` stand for the image. */
	readonly files?: Readonly<Record<string, unknown>>;
	/** Each must be found, whatever its case, in what the actions print or write into the summary and the report. */
	readonly says?: readonly string[];
	readonly classes?: Readonly<Record<string, number>>;
	readonly counts?: Readonly<Record<string, number>>;
	/** No more calls of AWS's APIs than this while waiting. */
	readonly calls?: number;
}

/** All scenarios, in the order of their files. */
export function readScenarios(directory: string): Scenario[] {
	const scenarios = readdirSync(directory)
		.filter((file) => file.endsWith('.json'))
		.sort()
		.flatMap((file) => JSON.parse(readFileSync(join(directory, file), 'utf8')) as Scenario[]);
	const names = scenarios.map(({ name }) => name);
	const twice = names.find((name, index) => names.indexOf(name) !== index);
	if (twice !== undefined) throw new Error(`Two scenarios are called "${twice}".`);
	return scenarios;
}
