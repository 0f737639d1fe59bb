import { isDigest, type PipelineError, parseImageReference } from '@ecr-pipeline/core';
import type { Finding } from '../finding.ts';
import type { Findings, PlatformScan } from '../findings.ts';
import { refuse } from '../shape.ts';
import { formatPath, type JsonPath } from './json-path.ts';

/** What one file says, whichever tool wrote it. */
export interface ReadFindings {
	readonly format: 'normalised' | 'ecr-basic' | 'ecr-enhanced' | 'inspector' | 'trivy' | 'grype' | 'sarif';
	readonly scanType: Findings['scanType'];
	/** Digests, each of which means the whole of what was scanned; empty where the format has no place for one. */
	readonly digests: readonly string[];
	readonly image?: string;
	readonly repository?: string;
	readonly scanCompletedAt?: string;
	readonly sourceUpdatedAt?: string;
	readonly platforms: readonly PlatformScan[];
	readonly findings: readonly Finding[];
	/** What the reader left out on purpose. */
	readonly notes: readonly string[];
}

/** A digest, or an error that says where it stood. */
export function checkedDigest(digest: string, path: string): string {
	if (!isDigest(digest)) throw refuse(path, 'a sha256 digest', digest);
	return digest;
}

/** The digests of references such as `registry/repository@sha256:…`, as image tools list them. */
export function digestsOf(references: readonly string[]): string[] {
	return [...new Set(references.map((reference) => reference.slice(reference.lastIndexOf('@') + 1)).filter(isDigest))];
}

/** The first of such references that names a repository, `[registry/]repository@digest`. */
export function imageAmong(references: readonly string[]): { readonly image?: string; readonly repository?: string } {
	for (const reference of references) {
		const parsed = parseImageReference(reference);
		if (!('problem' in parsed) && parsed.digest !== undefined)
			return { image: reference, repository: parsed.repository };
	}
	return {};
}

/** A list of findings where the format has none: to leave it out could hide what blocks. */
export function unknownList(list: JsonPath): PipelineError {
	return refuse(formatPath(list), 'absent: this format has no such list of findings', 'a list that is not empty');
}
