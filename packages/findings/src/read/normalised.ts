import type { Findings } from '../findings.ts';
import { FINDINGS_SCHEMA } from '../findings-schema.ts';
import { schemaProblems } from '../schema-check.ts';
import { type JsonObject, refuse } from '../shape.ts';
import type { ReadFindings } from './answer.ts';

/** What wait-for-scan wrote. Every value is checked against the published schema. */
export function readNormalised(value: JsonObject): ReadFindings {
	if (value.schemaVersion !== 1) throw refuse('schemaVersion', '1, the only version there is', value.schemaVersion);
	const [problem] = schemaProblems(FINDINGS_SCHEMA, value);
	if (problem !== undefined) throw refuse(problem.path || 'the document', problem.expected, problem.seen);
	const { schemaVersion, digest, findings, platforms, scanType, ...rest } = value as unknown as Findings;
	if (rest.image !== undefined && !rest.image.endsWith(`@${digest}`)) throw refuse('image', `…@${digest}`, rest.image);
	return {
		format: 'normalised',
		...rest,
		scanType,
		digests: [digest],
		platforms,
		findings,
		notes: [],
	};
}
