import type { Finding } from '../finding.ts';
import type { ReadFindings } from './answer.ts';
import type { JsonPath } from './json-path.ts';
import type { Outline } from './json-scan.ts';

/** One format of findings, at work on one file. */
export interface FormatReader {
	/** The finding that an element of a list is; undefined where it is none. */
	readonly read: (item: unknown, list: JsonPath, index: number) => Finding | undefined;
	/** All that the file says. @param outline of the whole file: that of the detection may end where the first list begins */
	readonly finish: (outline: Outline, findings: readonly Finding[]) => ReadFindings;
}
